from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExamsConfig(AppConfig):
    name = "exams"
    verbose_name = _("考试与学时")

    def ready(self) -> None:
        from courses.catalogue import hours
        from courses.progress.signals import lesson_completed
        from courses.training.signals import class_changed, class_passed
        from exams.attempts.signals import attempt_finished
        from exams.certificates.receivers import class_is_passed
        from exams.closing import open_items as left_open
        from exams.corrections.open_items import open_items
        from exams.credit.partitions import ledger_years
        from exams.credit.receivers import (
            asked_has_changed,
            lesson_is_completed,
            standing_has_changed,
        )
        from exams.gatherings import conditions as attendance
        from exams.gatherings.open_items import open_items as open_gatherings
        from exams.marking import holds
        from exams.marking.receivers import attempt_is_finished
        from exams.marking.signals import attempt_released
        from exams.merging.part import HoursPart
        from exams.merging.sheets_part import SheetsPart
        from exams.on_paper.holding import reason_to_wait
        from exams.on_paper.queries import is_on_paper
        from exams.on_paper.sheet_use import EXAM_USE
        from exams.papers.condition import EXAM
        from exams.papers.receivers import attempt_is_released
        from exams.passing import conditions, kinds, receivers
        from exams.questions.lecture_uses import questions_using
        from exams.rules.queries import hours_for_video
        from exams.rules.signals import asked_changed
        from exams.sheets import uses
        from exams.tallies.sheet_use import TALLY_USE
        from lms.core.access import SIGNED_IN
        from lms.core.design.navigation import Place, register
        from lms.core.health.queries import look_at
        from lms.members.merging import parts
        from lms.members.signals import standing_changed
        from media_pipeline import uses as lecture_uses

        left_open.register("corrections", open_items)
        left_open.register("gatherings", open_gatherings)
        parts.register("hours", HoursPart())
        parts.register("sheets", SheetsPart())
        uses.register(TALLY_USE)
        uses.register(EXAM_USE)
        lecture_uses.register("questions", questions_using)
        holds.register("on_paper", holds.Hold(reason_to_wait, is_on_paper))
        hours.install(hours_for_video)
        look_at(ledger_years)
        lesson_completed.connect(lesson_is_completed, dispatch_uid="exams.lesson_is_completed")
        standing_changed.connect(standing_has_changed, dispatch_uid="exams.standing_has_changed")
        asked_changed.connect(asked_has_changed, dispatch_uid="exams.asked_has_changed")
        lesson_completed.connect(
            receivers.lesson_is_completed, dispatch_uid="exams.passing_after_lesson"
        )
        class_changed.connect(receivers.class_has_changed, dispatch_uid="exams.class_has_changed")
        class_passed.connect(class_is_passed, dispatch_uid="exams.class_is_passed")
        attempt_finished.connect(attempt_is_finished, dispatch_uid="exams.attempt_is_finished")
        attempt_released.connect(attempt_is_released, dispatch_uid="exams.attempt_is_released")
        for kind in (*kinds.KINDS, attendance.KIND, EXAM):
            conditions.register(kind)
        register(Place("exams", _("考试"), "/exams/", "edit", SIGNED_IN, 25))
        register(
            Place("classes", _("培训班"), "/classes/", "people", SIGNED_IN, 30, in_bottom=False)
        )
        register(
            Place("contests", _("竞赛"), "/contests/", "award", SIGNED_IN, 37, in_bottom=False)
        )
        register(Place("practice", _("练习"), "/practice/", "edit", SIGNED_IN, 36, in_bottom=False))
