"""Whole organisations by cases: who is of the same identities and reliefs is asked the same.

A province is a few hundred cases. They are read in one statement, worked out by the one rule there
is (`policy.asked_of`), and carried back to the people in another, so that nobody passes through
this process.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from exams.credit.policy import Asked, Relief, Rules, asked_of
from exams.rules.models import ReliefState
from lms.members.models import Role

# ruff: noqa: S608  (statements are put together from this module's own text alone)

# Everybody who belongs on `day` to a branch below `under`, with the nearest of `nodes` upwards
# ("" for none; of the nodes above a branch the greatest is the longest), what they are and what
# was granted. The same people and kinds as `identities_on` and `reliefs_in_force` have. Worked out
# before it is joined to anything: the planner takes cases for rare, and they are everybody.
STANDING = """
    places AS MATERIALIZED (
        SELECT id, path, coalesce(
                   (SELECT max(node) FROM unnest(%(nodes)s::text[]) node
                    WHERE starts_with(path, node)), ''
               ) AS node
        FROM members_branch WHERE path LIKE %(under)s || '%%'
    ), held AS MATERIALIZED (
        SELECT member_id, string_agg(DISTINCT kind, ' ' ORDER BY kind) AS kinds
        FROM (
            SELECT member_id, role AS kind FROM members_roleassignment
            WHERE role = %(office)s AND from_on <= %(day)s
              AND (until_on IS NULL OR until_on > %(day)s)
            UNION ALL
            SELECT member_id, kind FROM members_duty
            WHERE from_on <= %(day)s AND (until_on IS NULL OR until_on > %(day)s)
        ) offices
        WHERE member_id BETWEEN %(low)s AND %(high)s
        GROUP BY member_id
    ), granted AS MATERIALIZED (
        SELECT member_id, string_agg(coalesce(hours::text, '-'), ' ' ORDER BY hours) AS hours
        FROM exams_targetrelief
        WHERE year = %(year)s AND state = %(approved)s
          AND member_id BETWEEN %(low)s AND %(high)s
        GROUP BY member_id
    ), standing AS MATERIALIZED (
        SELECT s.member_id, places.path, places.node,
               concat_ws(' ', m.kind, held.kinds) AS identities,
               coalesce(granted.hours, '') AS reliefs
        FROM members_membership s
        JOIN places ON places.id = s.branch_id
        JOIN members_member m ON m.id = s.member_id
        LEFT JOIN held ON held.member_id = s.member_id
        LEFT JOIN granted ON granted.member_id = s.member_id
        WHERE s.joined_on <= %(day)s AND (s.left_on IS NULL OR s.left_on > %(day)s)
          AND s.member_id BETWEEN %(low)s AND %(high)s
    )
"""

_CASES = f"""
WITH {STANDING}
SELECT node, identities, reliefs, count(*) FROM standing GROUP BY 1, 2, 3
"""

EVERYBODY = (0, 2**63 - 1)


@dataclass(frozen=True, slots=True)
class Case:
    """People below one node, of the same identities and reliefs, and how many they are."""

    node: str  # the path of the nearest node that has rules; "" where none has
    identities: str
    reliefs: str
    people: int

    def asked(self, rules: Rules) -> Asked:
        """What these rules ask of each of them."""
        granted = (
            Relief(None if hours == "-" else Decimal(hours)) for hours in self.reliefs.split()
        )
        return asked_of(rules, frozenset(self.identities.split()), granted)


def standing_on(
    day: dt.date,
    year: int,
    nodes: Iterable[str],
    *,
    under: str = "",
    ids: tuple[int, int] = EVERYBODY,
) -> dict[str, Any]:
    """What `STANDING` is to be told; `ids` are the first and the last of the members meant."""
    return {
        "day": day,
        "year": year,
        "nodes": list(nodes),
        "under": under,
        "low": ids[0],
        "high": ids[1],
        "office": Role.SECRETARY.value,
        "approved": ReliefState.APPROVED.value,
    }


def cases(said: dict[str, Any]) -> list[Case]:
    """The cases there are among those `said` (see `standing_on`) names."""
    with connection.cursor() as cursor:
        cursor.execute(_CASES, said)
        return [Case(*row) for row in cursor.fetchall()]
