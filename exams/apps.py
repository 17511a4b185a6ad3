from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExamsConfig(AppConfig):
    name = "exams"
    verbose_name = _("考试与学时")

    def ready(self) -> None:
        from courses.catalogue import hours
        from courses.progress.signals import lesson_completed
        from exams.credit.policy import hours_for_duration
        from exams.credit.receivers import lesson_is_completed

        hours.install(hours_for_duration)
        lesson_completed.connect(lesson_is_completed, dispatch_uid="exams.lesson_is_completed")
