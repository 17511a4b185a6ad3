"""An exam on paper as its officers see it: begun, printed, how far it is, who still lacks."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams.attempts.models import Exam
from exams.on_paper import queries, rules, services
from exams.on_paper.forms import TimesForm
from exams.on_paper.sheet_use import EXAM_USE
from exams.papers.models import PaperKind
from exams.papers.printing import PAPER, paper_data
from exams.papers.services import note_look
from exams.sheets.queries import page_counts, prints_of
from exams.sheets.services import MOST_COPIES, order_print
from exams.sheets.views import person, with_words
from lms.core.access import SIGNED_IN, access
from lms.core.documents.fonts import UnprintableCharacterError
from lms.core.documents.pdf import render_pdf
from lms.core.errors import DomainError

MOST_NAMED = 300
LATEST_PRINTS = 12


@access(SIGNED_IN)
@never_cache
@require_safe
def home(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Everything about the sheets of one exam."""
    return _home(request, handled(request, exam_id))


@access(SIGNED_IN)
@require_POST
def begin(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Hold the exam on paper."""
    exam = handled(request, exam_id)
    with_words(
        request,
        lambda: services.open_plan(
            by=person(request), exam=exam, writes_on_sheet="writes_on_sheet" in request.POST
        ),
        _("可以印答题卡了。"),
    )
    return redirect("on_paper:home", exam.pk)


@access(SIGNED_IN)
@require_POST
def times(request: HttpRequest, exam_id: int) -> HttpResponse:
    """When people wrote."""
    exam = handled(request, exam_id)
    if queries.plan_of(exam) is None:
        raise Http404
    form = TimesForm(request.POST)
    if form.is_valid():
        try:
            services.state_times(by=person(request), exam=exam, **form.cleaned_data)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect("on_paper:home", exam.pk)
    return _home(request, exam, form)


@access(SIGNED_IN)
@require_POST
def order(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Have sheets printed: for who has none, for everybody, for one, or spare ones."""
    exam = handled(request, exam_id)
    if queries.plan_of(exam) is None:
        raise Http404
    by, whom = person(request), request.POST.get("whom", "new")
    copies = request.POST.get("copies", "")

    def act() -> str:
        if whom == "spare":
            count = int(copies) if copies.isascii() and copies.isdecimal() else 0
            order_print(by=by, use=EXAM_USE, subject_id=exam.pk, copies=min(count, 9999))
            made = 1
        else:
            number = request.POST.get("number", "").strip() if whom == "one" else ""
            if whom == "one" and not number:
                return _("请填写要印的人的编号。")
            made = len(
                services.order_for_people(by=by, exam=exam, everybody=whom == "all", number=number)
            )
        said = ngettext(
            "正在准备 %(count)d 个文件，好了以后在这里下载。",
            "正在准备 %(count)d 个文件，好了以后在这里下载。",
            made,
        )
        return said % {"count": made}

    with_words(request, act)
    return redirect("on_paper:home", exam.pk)


@access(SIGNED_IN)
@require_safe
@never_cache
def booklet(request: HttpRequest, exam_id: int, form: str) -> HttpResponse:
    """The questions to be handed out, of one form; of a random paper they go by the sheet."""
    exam = handled(request, exam_id)
    of = queries.forms_of(exam).get(form)
    plan = queries.plan_of(exam)
    if of is None or plan is None or exam.paper.kind == PaperKind.RANDOM:
        raise Http404
    note_look(paper=exam.paper, by=person(request), what=_("题本"))
    try:
        made = render_pdf(PAPER, paper_data(exam.paper, of, has_room=not plan.writes_on_sheet))
    except UnprintableCharacterError as refused:
        messages.error(request, refused.message)
        return redirect("on_paper:home", exam.pk)
    name = f"{exam.title}{_('题本')}{of}.pdf"
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": content_disposition_header(True, name) or ""},
    )


# --- Putting together -----------------------------------------------------------------------------


def handled(request: HttpRequest, exam_id: int) -> Exam:
    """The exam, if this person handles its sheets."""
    found = queries.handled_exam(request.user, exam_id)
    if found is None:
        raise Http404
    return found


def frame(request: HttpRequest, exam: Exam) -> dict[str, Any]:
    """What every page of an exam on paper says of it."""
    by = person(request)
    may_decide = rules.can_decide(by, exam)
    return {
        "exam": exam,
        "plan": queries.plan_of(exam),
        "may_decide": may_decide,
        "may_lead": may_decide,
        "may_mark": True,
        "here": "on_paper",
        "use": EXAM_USE.slug,
    }


def _home(request: HttpRequest, exam: Exam, form: TimesForm | None = None) -> HttpResponse:
    plan = queries.plan_of(exam)
    context: dict[str, Any] = frame(request, exam)
    if plan is None:
        context["problems"] = services.problems_of(exam)
        context["written"] = [] if context["problems"] else queries.written_of(exam)
    else:
        prints = list(prints_of(EXAM_USE, exam.pk)[:LATEST_PRINTS])
        found = queries.progress(exam)
        context |= {
            "progress": found,
            "missing": found.missing[:MOST_NAMED],
            "pages": page_counts(EXAM_USE, exam.pk),
            "written": queries.written_of(exam),
            "is_random": exam.paper.kind == PaperKind.RANDOM,
            "forms": list(queries.forms_of(exam)),
            "prints": prints,
            "is_busy": any(not order.file and not order.reason for order in prints),
            "form": form or TimesForm.of(plan),
            "takes_sheets": queries.takes_sheets(exam),
            "most_copies": MOST_COPIES,
        }
    status = 422 if form is not None and form.errors else 200
    return render(request, "on_paper/home.html", context, status=status)
