"""SQL that adds up branches: one way of counting, for the reader and for the job that keeps it.

`BranchYear` keeps each branch's figures as last counted. A branch that was touched since, or
whose row does not hold on the day asked for, is counted anew by the reader in the same
statement; so what is read never depends on whether the job has run.
"""

from exams.credit.policy import Category

# ruff: noqa: S608  (statements are put together from this module's own text alone)

# Branches with something not yet counted. Members are looked up now, not when they were touched:
# a membership that arrived in between is then not overlooked.
_TOUCHED = """
    SELECT branch_id FROM {touches} AS t WHERE branch_id IS NOT NULL
    UNION
    SELECT m.branch_id FROM {touches} AS t JOIN members_membership m ON m.member_id = t.member_id
"""

# Counts branch `asked.branch_id` for `asked.year` on `asked.day`, by index, branch by branch.
_COUNT = """
    SELECT asked.branch_id, asked.year,
           people.members, people.due, people.opened, people.reached, people.started,
           people.counted_hours, ledger.credited
    FROM asked
    CROSS JOIN LATERAL (
        SELECT count(*) AS members,
               count(*) FILTER (WHERE coalesce(y.is_due, true)) AS due,
               count(y.id) AS opened,
               count(*) FILTER (WHERE y.is_reached) AS reached,
               count(*) FILTER (WHERE y.is_due AND NOT y.is_reached AND y.all_hours > 0)
                   AS started,
               coalesce(sum(y.counted_hours) FILTER (WHERE y.is_due), 0) AS counted_hours
        FROM members_membership m
        LEFT JOIN exams_memberyear y ON y.member_id = m.member_id AND y.year = asked.year
        WHERE m.branch_id = asked.branch_id
          AND m.joined_on <= asked.day AND (m.left_on IS NULL OR m.left_on > asked.day)
    ) people
    CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_object_agg(category, hours), '{}') AS credited
        FROM (
            SELECT category, sum(hours) AS hours
            FROM exams_hourtotal
            WHERE branch_id = asked.branch_id AND year = asked.year
            GROUP BY category
        ) by_category
    ) ledger
"""

# The figures of every branch of the subtree: as kept where that holds, else counted now.
_FIGURES = (
    """
    WITH subtree AS MATERIALIZED (
        SELECT id, path FROM members_branch WHERE path LIKE %(path)s || '%%'
    ), touched AS MATERIALIZED ("""
    + _TOUCHED.format(touches="reports_branchtouch")
    + """), kept AS MATERIALIZED (
        SELECT y.branch_id, y.year, y.members, y.due, y.opened, y.reached, y.started,
               y.counted_hours, y.credited
        FROM reports_branchyear y
        JOIN subtree ON subtree.id = y.branch_id
        WHERE y.year = %(year)s
          AND y.valid_from <= %(day)s AND (y.valid_until IS NULL OR y.valid_until > %(day)s)
          AND NOT EXISTS (SELECT FROM touched WHERE touched.branch_id = y.branch_id)
    ), asked AS MATERIALIZED (
        SELECT id AS branch_id, %(year)s::int AS year, %(day)s::date AS day
        FROM subtree
        WHERE NOT EXISTS (SELECT FROM kept WHERE kept.branch_id = subtree.id)
    ), figures AS MATERIALIZED (
        SELECT * FROM kept UNION ALL"""
    + _COUNT
    + ")"
)

# For the branch itself (its own path) and each branch directly below it: people, then the credited
# hours of each category, null where there are no entries. One pass over the branches: a province
# has tens of thousands.
BY_CHILD = (
    _FIGURES
    + """
    SELECT left(path, %(child_length)s) AS child_path,
           sum(members)::int, sum(due)::int, sum(opened)::int, sum(reached)::int, sum(started)::int,
           sum(counted_hours), """
    + ", ".join(f"sum((credited ->> '{category.value}')::numeric)" for category in Category)
    + """
    FROM figures JOIN subtree ON subtree.id = figures.branch_id
    GROUP BY child_path
    """
)

# Counts every branch that was touched or has no row holding on the day of a year named. Rows of
# other years that were touched are removed: they are counted when they are read.
COUNT_ANEW = (
    """
    WITH gone AS (
        DELETE FROM reports_branchtouch RETURNING branch_id, member_id
    ), touched AS MATERIALIZED ("""
    + _TOUCHED.format(touches="gone")
    + """), days AS (
        SELECT * FROM unnest(%(years)s::int[], %(days)s::date[]) AS days(year, day)
    ), outdated AS (
        DELETE FROM reports_branchyear
        WHERE year <> ALL (%(years)s) AND branch_id IN (SELECT branch_id FROM touched)
    ), asked AS MATERIALIZED (
        SELECT b.id AS branch_id, days.year, days.day
        FROM members_branch b CROSS JOIN days
        WHERE EXISTS (SELECT FROM touched WHERE touched.branch_id = b.id)
           OR NOT EXISTS (
               SELECT FROM reports_branchyear y
               WHERE y.branch_id = b.id AND y.year = days.year
                 AND y.valid_from <= days.day
                 AND (y.valid_until IS NULL OR y.valid_until > days.day)
           )
    ), counted AS ("""
    + _COUNT
    + """)
    INSERT INTO reports_branchyear (branch_id, year, members, due, opened, reached, started,
                                    counted_hours, credited, valid_from, valid_until)
    SELECT counted.*, coalesce(bounds.before, make_date(1, 1, 1)), bounds.after
    FROM counted JOIN days USING (year)
    CROSS JOIN LATERAL (
        SELECT max(day) FILTER (WHERE day <= days.day) AS before,
               min(day) FILTER (WHERE day > days.day) AS after
        FROM (
            SELECT joined_on AS day FROM members_membership m WHERE m.branch_id = counted.branch_id
            UNION ALL
            SELECT left_on FROM members_membership m WHERE m.branch_id = counted.branch_id
        ) changes
    ) bounds
    ON CONFLICT (branch_id, year) DO UPDATE SET
        members = excluded.members, due = excluded.due, opened = excluded.opened,
        reached = excluded.reached, started = excluded.started,
        counted_hours = excluded.counted_hours, credited = excluded.credited,
        valid_from = excluded.valid_from,
        valid_until = excluded.valid_until
    """
)
