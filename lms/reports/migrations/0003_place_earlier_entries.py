from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0002_feed"),
    ]

    operations = [
        # What was posted before there were places: in the order of ids, all in the past.
        migrations.RunSQL(
            """
            INSERT INTO reports_entryplace (entry_id, position, placed_at)
            SELECT id, number, now() - (total - number + 1) * interval '1 millisecond'
            FROM (
                SELECT id, row_number() OVER (ORDER BY id) AS number, count(*) OVER () AS total
                FROM exams_studyhourentry
                WHERE NOT EXISTS (
                    SELECT FROM reports_entryplace p WHERE p.entry_id = exams_studyhourentry.id
                )
            ) earlier
            """,
            migrations.RunSQL.noop,
        ),
    ]
