from django.db import migrations


class Migration(migrations.Migration):
    """The monthly sums and occasions of entries that were there before them."""

    dependencies = [("exams", "0002_targets")]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO exams_hourtotal
                (member_id, branch_id, year, month, category, hours, counted_hours)
            SELECT member_id, coalesce(branch_id, 0), extract(year FROM earned_on)::int,
                   extract(month FROM earned_on)::int, category, sum(hours), sum(counted_hours)
            FROM exams_studyhourentry GROUP BY 1, 2, 3, 4, 5;
            UPDATE exams_memberyear y SET events = e.events
            FROM (
                SELECT member_id, extract(year FROM earned_on)::int AS year,
                       (count(*) FILTER (WHERE source_kind <> 'reversal')
                        - count(*) FILTER (WHERE source_kind = 'reversal'))::int AS events
                FROM exams_studyhourentry WHERE category = 'concentrated' GROUP BY 1, 2
            ) e
            WHERE e.member_id = y.member_id AND e.year = y.year;
            """,
            migrations.RunSQL.noop,
        )
    ]
