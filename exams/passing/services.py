"""Deciding who has passed: may run any number of times, whoever asks first decides once."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from courses.training.models import Enrolment, TrainingClass
from courses.training.services import fail_enrolment, pass_enrolment, set_pass_rule
from exams.passing import queries
from exams.passing.conditions import measured
from exams.passing.models import CreditAward
from exams.passing.pass_rules import (
    Condition,
    Group,
    Verdict,
    as_json,
    evaluate,
    from_json,
    leaves,
    with_condition,
    without_condition,
)
from exams.passing.words import missing_line
from lms.core import clock
from lms.core.tasks import enqueue


def verdicts(training_class: TrainingClass, enrolments: Sequence[Enrolment]) -> dict[int, Verdict]:
    """How each of these people of one class stands now, by enrolment."""
    rule = from_json(training_class.pass_rule)
    if not enrolments:
        return {}
    results = [measured(training_class, enrolments, condition) for condition in leaves(rule)]
    return {
        enrolment.pk: evaluate(rule, [result[enrolment.pk] for result in results])
        for enrolment in enrolments
    }


def evaluate_class(*, class_id: int, member_id: int | None = None) -> int:
    """Pass who has fulfilled the rule, fail whose time is over; how many were moved.

    Called by signals and by the sweep. Each person is moved by a transaction of their own.
    """
    people = list(queries.undecided(class_id, member_id))
    if not people:
        return 0
    standing = verdicts(people[0].training_class, people)
    today = clock.today()
    moved = 0
    for enrolment in people:
        verdict = standing[enrolment.pk]
        if verdict.is_met:
            moved += _pass(enrolment)
        elif enrolment.until < today:
            reason = missing_line(verdict) or _("没有设结业条件")
            moved += fail_enrolment(
                enrolment=enrolment, reason=_("到期时%(missing)s。") % {"missing": reason}
            )
    return moved


@transaction.atomic
def _pass(enrolment: Enrolment) -> bool:
    """The pass and its 学分 stand together or not at all."""
    if not pass_enrolment(enrolment=enrolment):
        return False
    training_class = enrolment.training_class
    if training_class.credits:
        CreditAward.objects.create(
            enrolment=enrolment,
            member_id=enrolment.member_id,
            title=training_class.title,
            credits=training_class.credits,
            awarded_on=clock.today(),
            created_at=clock.now(),
        )
    return True


def send_class(*, class_id: int, member_id: int | None = None) -> None:
    """Queue the decision over a class, or over one member of it."""
    if member_id is None:
        enqueue("exams.evaluate_class", class_id=class_id)
    else:
        enqueue("exams.evaluate_member", class_id=class_id, member_id=member_id)


def send_completion(*, progress_id: int) -> int:
    """Queue the decision over the classes of whoever has completed a lesson; how many."""
    touched = queries.classes_touched_by(progress_id)
    for class_id, member_id in touched:
        send_class(class_id=class_id, member_id=member_id)
    return len(touched)


def send_open_classes() -> int:
    """Queue every class with somebody still learning: what no signal told, and who ran out."""
    waiting = queries.classes_to_evaluate()
    for class_id in waiting:
        send_class(class_id=class_id)
    return len(waiting)


# --- The rule of a class ------------------------------------------------------------------------


def add_condition(
    *, training_class: TrainingClass, condition: Condition, beside: int | None = None
) -> None:
    """Ask for one thing more, or for one thing or another."""
    rule = with_condition(from_json(training_class.pass_rule), condition, beside=beside)
    set_pass_rule(training_class=training_class, rule=as_json(rule))


def remove_condition(
    *, training_class: TrainingClass, place: int, inner: int | None = None
) -> None:
    """Ask for one thing less."""
    rule = without_condition(from_json(training_class.pass_rule), place, inner)
    set_pass_rule(training_class=training_class, rule=as_json(rule))


def set_needed(*, training_class: TrainingClass, needed: int | None) -> None:
    """How many of the parts it takes; all where it is None."""
    parts = from_json(training_class.pass_rule).parts
    wanted = None if needed is None or needed >= len(parts) else max(1, needed)
    set_pass_rule(training_class=training_class, rule=as_json(Group(parts, wanted)))
