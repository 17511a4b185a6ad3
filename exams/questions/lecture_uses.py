"""Which questions play a lecture: asked before it is deleted."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from exams.questions.media import RECORDING, code_for
from exams.questions.models import QuestionVersion
from exams.questions.queries import visible_questions
from media_pipeline.uses import Use


def questions_using(asset_id: Any, by: Any) -> Iterator[Use]:
    """Questions that name it in any version: papers and attempts keep old ones."""
    naming = QuestionVersion.objects.filter(stem__contains=code_for(RECORDING, asset_id))
    keys = sorted(set(naming.values_list("question_id", flat=True)))
    seen = set(visible_questions(by).filter(pk__in=keys).values_list("pk", flat=True))
    for key in keys:
        if key in seen:
            yield Use(_("题库第 %(number)d 题") % {"number": key}, reverse("question", args=[key]))
        else:
            yield Use("")
