"""The words of a school, and what of them stands in a text."""

from typing import Any

from django.db.models import QuerySet

from live.review.matching import found
from live.review.models import ReviewWord
from lms.members.models import Branch, Role
from lms.members.queries import roles_of


def words_of(school: Branch) -> QuerySet[ReviewWord]:
    return ReviewWord.objects.filter(branch=school).select_related("made_by").order_by("pk")


def found_in(branch: Branch, *texts: str) -> list[str]:
    """Which words of the branch's school stand in these, as they were written; one statement."""
    rows = ReviewWord.objects.filter(branch__path=branch.path[: Branch.steplen]).order_by("pk")
    known = dict(rows.values_list("folded", "word"))
    return [known[word] for word in found("\n".join(texts), known)] if known else []


def schools_of(by: Any) -> QuerySet[Branch]:
    """Those `by` administers as a whole."""
    held = roles_of(by).filter(role=Role.ADMINISTRATOR, branch__depth=1)
    return Branch.objects.filter(pk__in=held.values("branch")).order_by("path")
