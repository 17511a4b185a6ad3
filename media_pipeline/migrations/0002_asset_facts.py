from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("media_pipeline", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="asset",
            name="facts",
            field=models.JSONField(default=dict, editable=False),
        ),
    ]
