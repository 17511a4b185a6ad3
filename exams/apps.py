from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExamsConfig(AppConfig):
    name = "exams"
    verbose_name = _("考试与学时")

    def ready(self) -> None:
        from courses.catalogue import hours
        from courses.progress.signals import lesson_completed
        from exams.credit.partitions import ledger_years
        from exams.credit.policy import PRESET
        from exams.credit.receivers import (
            asked_has_changed,
            lesson_is_completed,
            standing_has_changed,
        )
        from exams.rules.signals import asked_changed
        from lms.core.health.queries import look_at
        from lms.members.signals import standing_changed

        look_at(ledger_years)
        hours.install(PRESET.hours_for_video)
        lesson_completed.connect(lesson_is_completed, dispatch_uid="exams.lesson_is_completed")
        standing_changed.connect(standing_has_changed, dispatch_uid="exams.standing_has_changed")
        asked_changed.connect(asked_has_changed, dispatch_uid="exams.asked_has_changed")
