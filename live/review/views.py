"""The list of words in the back office: one box for each school, one word a line."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from live.review import queries, services
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.models import Branch, Member
from lms.members.rules import SCHOOL

LARGEST = 40_000


@access(SCHOOL)
@never_cache
def words(request: HttpRequest) -> HttpResponse:
    schools = list(queries.schools_of(request.user))
    said: dict[int, str] = {}
    wrong = ""
    if request.method == "POST":
        number = request.POST.get("school", "")
        school = next((each for each in schools if str(each.pk) == number), None)
        if school is None:
            raise Http404
        text = request.POST.get("words", "")[:LARGEST]
        try:
            came, went = services.lay_down(by=cast(Member, request.user), school=school, text=text)
        except DomainError as refused:
            said, wrong = {school.pk: text}, refused.message
        else:
            messages.success(
                request,
                _("已保存：新增 %(came)s 个，去掉 %(went)s 个。") % {"came": came, "went": went},
            )
            return redirect("review_words")
    label = _("提醒词")
    context = {
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("首页")},
            {"url": "", "label": label},
        ],
        "header_title": label,
        "header_icon": "search",
        "rows": [_row(school, said.get(school.pk)) for school in schools],
        "wrong": wrong,
    }
    return TemplateResponse(request, "review/words.html", context, status=422 if wrong else 200)


def _row(school: Branch, said: str | None) -> dict[str, Any]:
    known = list(queries.words_of(school))
    return {
        "school": school,
        "text": "\n".join(each.word for each in known) if said is None else said,
        "count": len(known),
        "latest": max(known, key=lambda each: each.made_at, default=None),
        "is_wrong": said is not None,
    }


PATTERNS = [path("review-words/", words, name="review_words")]
