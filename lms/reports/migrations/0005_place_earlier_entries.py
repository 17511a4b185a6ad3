from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0004_feed"),
    ]

    operations = [
        # What was posted before there were places: in the order of ids, all in the past.
        migrations.RunSQL(
            """
            INSERT INTO reports_entryplace
                (entry_id, branch_id, year, is_lesson, position, placed_at)
            SELECT id, branch_id, year, is_lesson, number,
                   now() - (total - number + 1) * interval '1 millisecond'
            FROM (
                SELECT e.id, e.branch_id, extract(year FROM e.earned_on) AS year,
                       coalesce(reversed.source_kind, e.source_kind) = 'lesson' AS is_lesson,
                       row_number() OVER (ORDER BY e.id) AS number, count(*) OVER () AS total
                FROM exams_studyhourentry e
                LEFT JOIN exams_studyhourentry reversed ON reversed.id = e.reverses_id
                WHERE NOT EXISTS (SELECT FROM reports_entryplace p WHERE p.entry_id = e.id)
            ) earlier
            """,
            migrations.RunSQL.noop,
        ),
    ]
