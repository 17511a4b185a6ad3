"""Which lessons show a lecture: asked before it is deleted."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.catalogue.models import LessonPage
from courses.catalogue.queries import managed_courses
from media_pipeline.uses import Use


def lessons_using(asset_id: Any, by: Any) -> Iterator[Use]:
    """Lessons that show it now, or will once their draft is published.

    Those of courses `by` has nothing to do with are counted and not named.
    """
    drafted = Q(latest_revision__content__body__icontains=str(asset_id))
    lessons = LessonPage.objects.filter(Q(asset_id=asset_id) | drafted).order_by("path")
    own = list(managed_courses(by).values_list("path", flat=True))
    for lesson in lessons:
        if any(lesson.path.startswith(path) for path in own):
            yield Use(
                _("《%(name)s》") % {"name": lesson.draft_title or lesson.title},
                reverse("wagtailadmin_pages:edit", args=[lesson.pk]),
            )
        else:
            yield Use("")
