"""The item analysis of an exam, for who leads it."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exams.analysis.export import analysis_sheet
from exams.analysis.queries import analysis_of
from exams.analysis.words import FLAG_WORDS
from exams.marking.charts import histogram
from exams.marking.release_views import exam_led
from exams.marking.rules import LEADING
from lms.core.access import access


@access(LEADING)
@require_safe
def analysis(request: HttpRequest, exam_id: int) -> HttpResponse:
    exam = exam_led(request, exam_id)
    found = analysis_of(exam)
    return render(
        request,
        "analysis/analysis.html",
        {
            "exam": exam,
            "here": "analysis",
            "may_lead": True,
            "analysis": found,
            "chart": histogram(found.shares),
            "lines": [
                (line, [FLAG_WORDS[flag] for flag in line.figures.flags]) for line in found.items
            ],
        },
    )


@access(LEADING)
@require_safe
def analysis_xlsx(request: HttpRequest, exam_id: int) -> FileResponse:
    exam = exam_led(request, exam_id)
    return FileResponse(
        analysis_sheet(analysis_of(exam)),
        as_attachment=True,
        filename=_("%(exam)s试题分析.xlsx") % {"exam": exam.title},
    )
