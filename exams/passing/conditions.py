"""The registry of what can be asked of the people of a class.

Each package registers its own kinds in `AppConfig.ready()`; the editor offers what is registered
and nothing else, so that no rule can ask for what nobody measures.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from courses.training.models import Enrolment, TrainingClass
from exams.passing.pass_rules import Condition, Outcome

Settings = Mapping[str, Any]


class ConditionForm(forms.Form):
    """What the editor asks for one kind of condition; `settings()` is kept as JSON."""

    def settings(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class ConditionKind:
    """One kind: how it is named, asked for, told and measured.

    `measure(training_class, enrolments, settings)` gives an outcome for each enrolment by its id,
    in a number of statements that does not depend on how many there are.
    """

    key: str
    label: str | Promise
    help: str | Promise
    sentence: Callable[[Settings], str]
    measure: Callable[[TrainingClass, Sequence[Enrolment], Settings], Mapping[int, Outcome]]
    form: type[ConditionForm] = ConditionForm


_kinds: dict[str, ConditionKind] = {}


def register(kind: ConditionKind) -> None:
    """Offer a kind; the same key replaces the earlier one."""
    _kinds[kind.key] = kind


def kinds() -> list[ConditionKind]:
    """What can be asked for, in the order of registration."""
    return list(_kinds.values())


def kind_named(key: str) -> ConditionKind | None:
    return _kinds.get(key)


def sentence_of(condition: Condition) -> str:
    """What a condition asks for, in words."""
    kind = _kinds.get(condition.kind)
    if kind is None:
        return _("一项现在无法核对的条件")
    return kind.sentence(condition.settings)


def measured(
    training_class: TrainingClass, enrolments: Sequence[Enrolment], condition: Condition
) -> Mapping[int, Outcome]:
    """The outcome of one condition for each enrolment; what nobody measures is not met."""
    kind = _kinds.get(condition.kind)
    if kind is None:
        unknown = Outcome(False, _("有一项条件现在无法核对，请联系班主任"))
        return {enrolment.pk: unknown for enrolment in enrolments}
    return kind.measure(training_class, enrolments, condition.settings)
