"""Where a class goes when it is over."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ReplayPlace(models.Model):
    """The course a class becomes a lesson of; `lesson` is that lesson once it is there."""

    live_class = models.OneToOneField(
        "live.LiveClass", models.CASCADE, primary_key=True, related_name="replay_place"
    )
    course = models.ForeignKey(
        "courses.CoursePage", models.CASCADE, verbose_name=_("课程"), related_name="+"
    )
    lesson = models.OneToOneField(
        "courses.LessonPage", models.SET_NULL, null=True, related_name="live_class_replay"
    )
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField()
    # The lesson has got its video and is published with it.
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("课后归入课程")
        verbose_name_plural = _("课后归入课程")

    def __str__(self) -> str:
        return f"{self.live_class_id} → {self.course_id}"
