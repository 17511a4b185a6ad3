"""Laying down which words make a message wait."""

from django.db import transaction
from django.utils.translation import gettext as _

from live.review import queries
from live.review.matching import LONGEST, SHORTEST, folded, listed
from live.review.models import ReviewWord
from lms.core import clock
from lms.core.errors import DomainError
from lms.members.models import Branch, Member

MOST_WORDS = 500


class ReviewWordError(DomainError):
    """A word nobody could mean, or more than anybody would read."""


def lay_down(*, by: Member, school: Branch, text: str) -> tuple[int, int]:
    """The list from now on, one word a line; how many came and how many went.

    What has been said before stays as it is. Raises ReviewWordError.
    """
    words = listed(text)
    if len(words) > MOST_WORDS:
        raise ReviewWordError(_("最多 %(most)s 个词。") % {"most": MOST_WORDS})
    for word in words:
        if len(folded(word)) < SHORTEST or len(word) > LONGEST:
            raise ReviewWordError(
                _("“%(word)s”要有 %(least)s 到 %(most)s 个字。只有一个字的词会拦下太多发言。")
                % {"word": word[:LONGEST], "least": SHORTEST, "most": LONGEST}
            )
    wanted = {folded(word): word for word in words}
    now = clock.now()
    with transaction.atomic():
        Branch.objects.select_for_update(no_key=True).get(pk=school.pk)
        known = set(queries.words_of(school).values_list("folded", flat=True))
        gone, _rows = queries.words_of(school).exclude(folded__in=list(wanted)).delete()
        ReviewWord.objects.bulk_create(
            [
                ReviewWord(branch=school, word=word, folded=key, made_by=by, made_at=now)
                for key, word in wanted.items()
                if key not in known
            ]
        )
    return len(set(wanted) - known), gone
