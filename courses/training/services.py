"""Making a class, its plan and its people."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courses.catalogue.models import CoursePage, LessonPage
from courses.training.errors import (
    ClassNotReadyError,
    EnrolmentClosedError,
    ExtensionDateError,
    NobodyEnrolledError,
    PlanItemError,
)
from courses.training.models import (
    ClassState,
    Enrolment,
    EnrolmentState,
    PlanItem,
    TrainingClass,
)
from courses.training.signals import class_changed, class_passed
from lms.core import clock
from lms.core.states import advance, advance_or_raise
from lms.members.models import Member


def create_class(*, training_class: TrainingClass, by: Member) -> TrainingClass:
    """A new class, not yet open."""
    training_class.created_by = by
    training_class.created_at = clock.now()
    training_class.state = ClassState.DRAFT
    training_class.save(force_insert=True)
    return training_class


@transaction.atomic
def update_class(*, training_class: TrainingClass) -> TrainingClass:
    """Write what the form holds; neither state nor rule are of the form."""
    fields = (
        "title",
        "branch",
        "introduction",
        "teacher",
        "starts_on",
        "ends_on",
        "minimum_electives",
        "gives_certificate",
        "certificate_words",
        "credits",
    )
    TrainingClass.objects.filter(pk=training_class.pk).update(
        **{name: getattr(training_class, name) for name in fields}
    )
    say_changed(training_class)
    return training_class


@transaction.atomic
def set_pass_rule(*, training_class: TrainingClass, rule: dict[str, Any]) -> None:
    """What it takes to pass from now on; who has passed has passed."""
    TrainingClass.objects.filter(pk=training_class.pk).update(pass_rule=rule)
    training_class.pass_rule = rule
    say_changed(training_class)


@transaction.atomic
def open_class(*, training_class: TrainingClass) -> None:
    """Show the class to its people; from now on passing is decided."""
    if not training_class.pass_rule.get("parts"):
        raise ClassNotReadyError(_("还没有设结业条件。请先在“结业条件”里至少加一项，再开班。"))
    if not training_class.enrolments.filter(state=EnrolmentState.ENROLLED).exists():
        raise ClassNotReadyError(_("班里还没有学员。请先在“学员”里加人，再开班。"))
    advance_or_raise(
        training_class,
        to=ClassState.OPEN,
        from_=[ClassState.DRAFT],
        message=_("这个班已经开班了。"),
    )
    say_changed(training_class)


@transaction.atomic
def add_to_plan(
    *,
    training_class: TrainingClass,
    course: CoursePage | None = None,
    lesson: LessonPage | None = None,
    is_required: bool,
) -> PlanItem:
    """Put a course or one lesson into the plan; the same one again changes required or not."""
    if (course is None) == (lesson is None):
        raise PlanItemError(_("请选择一门课程或其中一讲。"))
    item, _made = PlanItem.objects.update_or_create(
        training_class=training_class,
        course=course,
        lesson=lesson,
        defaults={"is_required": is_required},
    )
    say_changed(training_class)
    return item


@transaction.atomic
def remove_from_plan(*, training_class: TrainingClass, item_id: int) -> None:
    """Take an item out; what was learnt of it stays learnt."""
    PlanItem.objects.filter(training_class=training_class, pk=item_id).delete()
    say_changed(training_class)


@transaction.atomic
def enrol_members(
    *,
    training_class: TrainingClass,
    members: Iterable[Member],
    by: Member,
    enrolled_on: dt.date | None = None,
) -> int:
    """Take these members in, who is in already stays as is; how many were new or came back."""
    chosen = list(members)
    if not chosen:
        raise NobodyEnrolledError(_("没有选中任何人。请勾选党员，或粘贴党员编号。"))
    day = enrolled_on or clock.today()
    new = [
        Enrolment(training_class=training_class, member=member, enrolled_on=day, enrolled_by=by)
        for member in chosen
    ]
    people = Enrolment.objects.filter(training_class=training_class)
    before = people.count()
    Enrolment.objects.bulk_create(new, ignore_conflicts=True)
    added = people.count() - before
    left = people.filter(member__in=chosen, state=EnrolmentState.WITHDRAWN)
    for enrolment in left.select_related("training_class"):
        added += advance(
            enrolment,
            to=EnrolmentState.ENROLLED,
            from_=[EnrolmentState.WITHDRAWN],
            reason="",
            enrolled_on=day,
            enrolled_by=by,
        )
    say_changed(training_class)
    return added


@transaction.atomic
def withdraw(*, enrolment: Enrolment, reason: str) -> None:
    """The member leaves the class; comes back by `reopen` or by being enrolled again."""
    if not reason.strip():
        raise EnrolmentClosedError(_("请写明退班原因，学员会看到。"))
    advance_or_raise(
        enrolment,
        to=EnrolmentState.WITHDRAWN,
        from_=[EnrolmentState.ENROLLED, EnrolmentState.FAILED],
        reason=reason.strip()[:500],
        message=_("已结业或已退班的学员不能再退班。"),
    )


@transaction.atomic
def reopen(*, enrolment: Enrolment, until: dt.date | None) -> None:
    """Let who failed, withdrew or is still learning go on, until `until` or the class's end."""
    last = until or enrolment.training_class.ends_on
    if last < clock.today():
        raise ExtensionDateError(_("请填今天或以后的日期，学员才有时间补学。"))
    if last < enrolment.training_class.starts_on:
        raise ExtensionDateError(_("延期日期不能早于开班日期。"))
    advance_or_raise(
        enrolment,
        to=EnrolmentState.ENROLLED,
        from_=[EnrolmentState.ENROLLED, EnrolmentState.FAILED, EnrolmentState.WITHDRAWN],
        extended_until=until,
        reason="",
        message=_("这位学员已经结业，不需要延期。"),
    )
    say_changed(enrolment.training_class, enrolment.member_id)


@transaction.atomic
def confirm(*, enrolment: Enrolment, by: Member) -> bool:
    """The class teacher says the member has done what only people can see; True if just now."""
    first = Enrolment.objects.filter(
        pk=enrolment.pk, confirmed_at__isnull=True, state=EnrolmentState.ENROLLED
    )
    done = bool(first.update(confirmed_at=clock.now(), confirmed_by=by))
    if done:
        say_changed(enrolment.training_class, enrolment.member_id)
    return done


@transaction.atomic
def take_back_confirmation(*, enrolment: Enrolment) -> bool:
    """The confirmation was a mistake; of no effect once the member has passed."""
    return bool(
        Enrolment.objects.filter(
            pk=enrolment.pk, confirmed_at__isnull=False, state=EnrolmentState.ENROLLED
        ).update(confirmed_at=None, confirmed_by=None)
    )


@transaction.atomic
def pass_enrolment(*, enrolment: Enrolment) -> bool:
    """The member has fulfilled the rule; True if this call found it out first."""
    moved = advance(
        enrolment,
        to=EnrolmentState.PASSED,
        from_=[EnrolmentState.ENROLLED],
        passed_at=clock.now(),
        reason="",
    )
    if moved:
        # A listener's failure is logged and made up for by its own sweep; the pass stands.
        transaction.on_commit(lambda: _announce_passed(enrolment.pk), robust=True)
    return moved


@transaction.atomic
def fail_enrolment(*, enrolment: Enrolment, reason: str) -> bool:
    """The class has ended for this member, with this still missing."""
    return advance(
        enrolment,
        to=EnrolmentState.FAILED,
        from_=[EnrolmentState.ENROLLED],
        reason=reason[:500],
    )


def say_changed(training_class: TrainingClass, member_id: int | None = None) -> None:
    """Announce after commit that passing may be decided otherwise now."""
    transaction.on_commit(lambda: _announce_changed(training_class.pk, member_id), robust=True)


def _announce_changed(class_id: int, member_id: int | None) -> None:
    class_changed.send(sender=TrainingClass, class_id=class_id, member_id=member_id)


def _announce_passed(enrolment_id: int) -> None:
    class_passed.send(sender=Enrolment, enrolment_id=enrolment_id)


@transaction.atomic
def discard_draft(*, training_class: TrainingClass) -> None:
    """Take away a class nobody has seen yet, with its plan and its list of people."""
    draft = TrainingClass.objects.select_for_update().get(pk=training_class.pk)
    if draft.state != ClassState.DRAFT:
        raise ClassNotReadyError(_("已经开班的培训班不能删除，可以让学员退班或提前结班日期。"))
    draft.enrolments.all().delete()
    draft.delete()
