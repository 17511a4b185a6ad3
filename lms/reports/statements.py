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

_PEOPLE = ("members", "due", "opened", "reached", "started")

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

# For the branch itself (its own path) and each branch directly below it: people, then the credited
# hours of each category, null where there are no entries.
#
# What was counted last is added up already, for each branch with all below it (`SubtreeYear`). From
# that is taken what was counted of the branches that are stale, and what they are now is added: so
# a province costs what its ten cities do, and the number is right the moment an entry is posted.
# Where there are no such sums (an earlier year, a tree just changed) every branch's row is read.
BY_CHILD = (
    """
    WITH whole AS MATERIALIZED (
        SELECT FROM reports_subtreeyear WHERE path = %(path)s AND year = %(year)s
          AND NOT EXISTS (
              SELECT FROM reports_branchtouch WHERE branch_id IS NULL AND member_id IS NULL
          )
    ), touched AS MATERIALIZED ("""
    + _TOUCHED.format(touches="reports_branchtouch")
    + """), stale AS MATERIALIZED (
        SELECT id, path FROM members_branch
        WHERE path LIKE %(path)s || '%%' AND id IN (
            SELECT branch_id FROM touched
            UNION ALL
            SELECT branch_id FROM reports_branchyear
            WHERE year = %(year)s AND valid_from > %(day)s
            UNION ALL
            SELECT branch_id FROM reports_branchyear
            WHERE year = %(year)s AND valid_until <= %(day)s
        )
        UNION
        SELECT id, path FROM members_branch b
        WHERE path LIKE %(path)s || '%%' AND NOT EXISTS (SELECT FROM whole) AND NOT EXISTS (
            SELECT FROM reports_branchyear y WHERE y.branch_id = b.id AND y.year = %(year)s
        )
    ), asked AS MATERIALIZED (
        SELECT id AS branch_id, %(year)s::int AS year, %(day)s::date AS day FROM stale
    ), parts AS (
        SELECT path, 1 AS sign, members, due, opened, reached, started, counted_hours, credited
        FROM reports_subtreeyear
        WHERE year = %(year)s AND depth = %(child_depth)s AND path LIKE %(path)s || '%%'
          AND EXISTS (SELECT FROM whole)
        UNION ALL
        SELECT b.path, 1, members, due, opened, reached, started, counted_hours, credited
        FROM reports_branchyear y JOIN members_branch b ON b.id = y.branch_id
        WHERE y.year = %(year)s AND b.path = %(path)s AND EXISTS (SELECT FROM whole)
        UNION ALL
        SELECT b.path, 1, members, due, opened, reached, started, counted_hours, credited
        FROM reports_branchyear y JOIN members_branch b ON b.id = y.branch_id
        WHERE y.year = %(year)s AND b.path LIKE %(path)s || '%%'
          AND NOT EXISTS (SELECT FROM whole)
        UNION ALL
        SELECT stale.path, -1, members, due, opened, reached, started, counted_hours, credited
        FROM reports_branchyear y JOIN stale ON stale.id = y.branch_id
        WHERE y.year = %(year)s
        UNION ALL
        SELECT stale.path, 1, members, due, opened, reached, started, counted_hours, credited
        FROM ("""
    + _COUNT
    + """) counted JOIN stale ON stale.id = counted.branch_id
    )
    SELECT left(path, %(child_length)s) AS child_path, """
    + ", ".join(f"sum(sign * {name})::int" for name in _PEOPLE)
    + ", sum(sign * counted_hours), "
    + ", ".join(f"sum(sign * (credited ->> '{category.value}')::numeric)" for category in Category)
    + """
    FROM parts GROUP BY child_path
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
    RETURNING branch_id
    """
)

# Adds the rows of branches up again for each of those named and for all above them. The operators
# compare bytes, as the index of paths does: "a" comes after every letter of a path. OFFSET keeps
# both look-ups by index: a table just filled has no statistics, and was joined whole each time.
_SUMS = (
    ", ".join(f"sum({name}) AS {name}" for name in (*_PEOPLE, "counted_hours"))
    + ", jsonb_strip_nulls(jsonb_build_object("
    + ", ".join(
        f"'{category.value}', sum((credited ->> '{category.value}')::numeric)"
        for category in Category
    )
    + ")) AS credited"
)
ADD_UP = (
    """
    WITH outdated AS (
        DELETE FROM reports_subtreeyear WHERE year <> ALL (%(years)s)
    ), above AS MATERIALIZED (
        SELECT DISTINCT left(path, length)::varchar AS path, length / %(step)s AS depth
        FROM members_branch, generate_series(%(step)s, length(path), %(step)s) length
        WHERE %(all)s OR id = ANY (%(branches)s)
    )
    INSERT INTO reports_subtreeyear (path, depth, year, members, due, opened, reached, started,
                                     counted_hours, credited)
    SELECT above.path, above.depth, y.year, """
    + _SUMS
    + """
    FROM above
    CROSS JOIN LATERAL (
        SELECT id FROM members_branch
        WHERE path ~>=~ above.path AND path ~<~ (above.path || 'a') OFFSET 0
    ) b
    CROSS JOIN LATERAL (
        SELECT * FROM reports_branchyear
        WHERE branch_id = b.id AND year = ANY (%(years)s) OFFSET 0
    ) y
    GROUP BY above.path, above.depth, y.year
    ON CONFLICT (path, year) DO UPDATE SET
        members = excluded.members, due = excluded.due, opened = excluded.opened,
        reached = excluded.reached, started = excluded.started,
        counted_hours = excluded.counted_hours, credited = excluded.credited
    """
)


def _differ(one: str, other: str) -> str:
    """The rows of both names do not say the same."""
    names = (*_PEOPLE, "counted_hours", "credited")
    said = [", ".join(f"{row}.{name}" for name in names) for row in (one, other)]
    return f"({said[0]}) IS DISTINCT FROM ({said[1]})"


# (branch, year) of which what is kept is not what is counted now, or not the sum of its parts.
DIFFERENT = (
    """
    WITH touched AS MATERIALIZED ("""
    + _TOUCHED.format(touches="reports_branchtouch")
    + """), asked AS MATERIALIZED (
        SELECT y.branch_id, y.year, days.day
        FROM reports_branchyear y
        JOIN unnest(%(years)s::int[], %(days)s::date[]) AS days(year, day) USING (year)
        WHERE y.valid_from <= days.day AND (y.valid_until IS NULL OR y.valid_until > days.day)
          AND NOT EXISTS (SELECT FROM touched WHERE touched.branch_id = y.branch_id)
    ), counted AS ("""
    + _COUNT
    + """), summed AS (
        SELECT left(b.path, length) AS path, y.year, """
    + _SUMS
    + """
        FROM reports_branchyear y
        JOIN members_branch b ON b.id = y.branch_id
        CROSS JOIN generate_series(%(step)s, length(b.path), %(step)s) length
        WHERE y.year = ANY (%(years)s)
        GROUP BY 1, 2
    )
    SELECT branch_id, year FROM (
        SELECT y.branch_id, y.year
        FROM counted c JOIN reports_branchyear y USING (branch_id, year)
        WHERE """
    + _differ("c", "y")
    + """
        UNION
        SELECT b.id, year
        FROM summed c
        FULL JOIN reports_subtreeyear y USING (path, year)
        JOIN members_branch b USING (path)
        WHERE """
    + _differ("c", "y")
    + """
          AND NOT EXISTS (
              SELECT FROM reports_branchtouch WHERE branch_id IS NULL AND member_id IS NULL
          )
    ) different
    ORDER BY branch_id, year
    LIMIT %(limit)s
    """
)
