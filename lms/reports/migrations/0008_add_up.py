from django.db import migrations


class Migration(migrations.Migration):
    """What was counted before subtrees were added up is added up by the next counting."""

    dependencies = [("reports", "0007_subtrees")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO reports_branchtouch DEFAULT VALUES;", migrations.RunSQL.noop
        ),
    ]
