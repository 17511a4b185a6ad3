from django.db import migrations


class Migration(migrations.Migration):
    """Counts kept before people of whom nothing is asked were told apart are made anew."""

    dependencies = [("reports", "0002_due"), ("exams", "0003_totals_of_old_entries")]

    operations = [
        migrations.RunSQL("DELETE FROM reports_branchyear;", migrations.RunSQL.noop),
    ]
