"""In what capacities people belong: kind, office and duties on a day, for many at once."""

import datetime as dt
from collections.abc import Iterable

from django.db import connection

from lms.members.models import Role

Standing = tuple[str | None, frozenset[str]]

# The ids in one array: a million people come by in batches, and a parameter for each would cost
# more than the answer.
_STANDINGS = """
SELECT m.id,
       (SELECT b.path FROM members_membership s JOIN members_branch b ON b.id = s.branch_id
        WHERE s.member_id = m.id AND s.joined_on <= %(day)s
          AND (s.left_on IS NULL OR s.left_on > %(day)s)),
       ARRAY(
           SELECT m.kind
           UNION SELECT r.role FROM members_roleassignment r
           WHERE r.member_id = m.id AND r.role = %(office)s AND r.from_on <= %(day)s
             AND (r.until_on IS NULL OR r.until_on > %(day)s)
           UNION SELECT d.kind FROM members_duty d
           WHERE d.member_id = m.id AND d.from_on <= %(day)s
             AND (d.until_on IS NULL OR d.until_on > %(day)s)
       )
FROM members_member m
WHERE m.id = ANY (%(ids)s)
"""


def identities_on(member_ids: Iterable[int], day: dt.date) -> dict[int, Standing]:
    """By member: the path of the branch they belong to on `day` (or None), and what they are.

    What they are: their `MemberKind`, `Role.SECRETARY` for who holds that office, and the
    `DutyKind`s held. One statement, however many members.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _STANDINGS, {"ids": list(member_ids), "day": day, "office": Role.SECRETARY.value}
        )
        return {member_id: (path, frozenset(kinds)) for member_id, path, kinds in cursor.fetchall()}
