"""What a sitting's plain form sends: the fields of a question begin with q and its position."""

from collections.abc import Iterable

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from exams.attempts.answers import is_form
from exams.attempts.models import Attempt
from exams.attempts.saving import Told
from exams.attempts.serving import ServedPaper
from exams.questions.types import AnswerError

OWN_FIELDS = ("revision", "flag")


def answers_in_form(
    posted: QueryDict, attempt: Attempt, paper: ServedPaper, positions: Iterable[int]
) -> tuple[list[Told], list[int]]:
    """The answers of the questions in the form, and the positions of what cannot be read."""
    told: list[Told] = []
    unreadable: list[int] = []
    cleared = posted.get("clear", "")
    for position in positions:
        prefix = f"q{position}-"
        revision = posted.get(f"{prefix}revision", "")
        if not revision.isdecimal() or len(revision) > 9:
            continue  # not a question of this form
        sent = {
            name.removeprefix(prefix): posted.getlist(name)
            for name in posted
            if name.startswith(prefix) and name.removeprefix(prefix) not in OWN_FIELDS
        }
        is_cleared = cleared == str(position)
        try:
            if not is_form(sent):
                raise AnswerError("characters")
            answer = {} if is_cleared else paper.read(attempt.items, position, sent)
        except AnswerError:
            unreadable.append(position)
            continue
        is_flagged = f"{prefix}flag" in posted
        if answer or is_flagged or int(revision):
            told.append(
                Told(
                    position=position,
                    item_id=attempt.items[position - 1][0],
                    answer=answer,
                    seen=int(revision),
                    is_flagged=is_flagged,
                    # A field for words that was sent empty has been emptied by hand.
                    is_cleared=is_cleared or bool(sent),
                )
            )
    return told, unreadable


class RoomForm(forms.Form):
    """What the people of the room give, to whom, and why."""

    numbers = forms.CharField(
        label=_("编号"),
        required=False,
        help_text=_("没有列在上面的人：填写编号，多个编号用空格隔开。"),
    )
    minutes = forms.IntegerField(
        label=_("加时（分钟）"), required=False, min_value=0, max_value=600
    )
    percent = forms.TypedChoiceField(
        label=_("时长倍数"),
        choices=((100, _("不变")), (125, _("1.25 倍")), (150, _("1.5 倍")), (200, _("2 倍"))),
        coerce=int,
        required=False,
    )
    attempts = forms.IntegerField(label=_("加考次数"), required=False, min_value=0, max_value=5)
    reason = forms.CharField(label=_("原因"), max_length=200)
