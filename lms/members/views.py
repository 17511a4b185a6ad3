"""The roster's screens in the back office, and the sheets they hand out."""

import csv
import io
from collections.abc import Sequence
from typing import Any, cast

import openpyxl
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from openpyxl.styles import Font
from openpyxl.styles.numbers import FORMAT_TEXT

from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.codes import FIRST_CODE_LASTS, standing_code
from lms.members.models import Member, MemberKind, RosterImport, RosterState
from lms.members.queries import managed_accounts, members_to_hand_codes, roster_imports
from lms.members.roster import BRANCH_CODE, HEADINGS, JOINED_ON, KIND, NAME, NUMBER, PHONE
from lms.members.roster_files import MAX_BYTES
from lms.members.roster_plan import Change, ChangeKind
from lms.members.roster_services import import_roster, preview_roster, replan
from lms.members.roster_words import sentence
from lms.members.rules import ADMINISTRATION
from lms.members.services import issue_first_code

SHOWN = 200  # rows of a preview put on the page; the counts are of all
COLUMNS = (NUMBER, NAME, PHONE, BRANCH_CODE, KIND, JOINED_ON)
EXAMPLE = ("400001", "张三", "13800000000", "ZB001", "正式党员", "2026-07-01")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RosterForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("名册文件"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={
            "required": gettext_lazy("请先选择名册文件。"),
            "empty": gettext_lazy("文件是空的。请重新选择名册文件。"),
        },
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                _("文件超过 %(most)s MB。请只保留名册内容，分几次导入。")
                % {"most": MAX_BYTES // 1024 // 1024}
            )
        return file


@access(ADMINISTRATION)
def roster(request: HttpRequest) -> HttpResponse:
    """Choose a file; a file that can be read leads on to its preview."""
    sent = request.method == "POST"
    form = RosterForm(request.POST, request.FILES) if sent else RosterForm()
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = preview_roster(by=_person(request), file_name=file.name, content=file.read())
        except DomainError as refused:
            form.add_error("file", refused.message)
        else:
            return redirect("roster_preview", kept.pk)
    return _page(
        request,
        "members/roster.html",
        {
            "form": form,
            "recent": roster_imports(request.user)[:10],
            "columns": [(HEADINGS[name][0], HEADINGS[name][1:]) for name in COLUMNS],
        },
        status=422 if form.errors else 200,
    )


@access(ADMINISTRATION)
@require_safe
def roster_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file would do, row by row; or what it did."""
    kept = _own_import(request, pk)
    context: dict[str, Any] = {"kept": kept, "counts": kept.counts}
    if kept.state == RosterState.APPLIED:
        context["codes"] = members_to_hand_codes(request.user, _numbers(kept)).count()
    else:
        roster_now, plan = replan(kept)
        problems = sorted(
            (*roster_now.problems, *plan.problems), key=lambda problem: problem.line or 0
        )
        context |= {
            "ignored": roster_now.ignored,
            "problems": [(problem.line, sentence(problem)) for problem in problems[:SHOWN]],
            "more_problems": max(0, len(problems) - SHOWN),
            "changes": [_told(change) for change in plan.changes[:SHOWN]],
            "more_changes": max(0, len(plan.changes) - SHOWN),
            "is_stale": plan.digest() != kept.plan_digest,
            "to_apply": len(plan.changes),
        }
    return _page(
        request,
        "members/roster_preview.html",
        context,
        trail=[{"url": reverse("roster"), "label": _("名册导入")}],
        label=kept.file_name,
    )


@access(ADMINISTRATION)
@require_POST
def roster_apply(request: HttpRequest, pk: int) -> HttpResponse:
    kept = _own_import(request, pk)
    try:
        import_roster(roster_import=kept, by=_person(request))
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        told = _("名册已导入：新增 %(new)s 人，转接 %(transfer)s 人，变更 %(changed)s 人。")
        messages.success(request, told % kept.counts)
    return redirect("roster_preview", pk)


@access(ADMINISTRATION)
@require_safe
def roster_codes(request: HttpRequest, pk: int) -> HttpResponse:
    """The first sign-in codes of those in this roster who have none but a code."""
    kept = _own_import(request, pk)
    if kept.state != RosterState.APPLIED:
        raise Http404
    rows: list[tuple[str, ...]] = [
        (member.number, member.name, getattr(member, "branch_name", ""), standing_code(member))
        for member in members_to_hand_codes(request.user, _numbers(kept))
    ]
    return _sheet(_("首次登录码"), (_("党员编号"), _("姓名"), _("支部"), _("首次登录码")), rows)


@access(ADMINISTRATION)
@require_safe
def roster_template(request: HttpRequest, form: str) -> HttpResponse:
    """An empty roster with one example row to be written over."""
    headings = tuple(HEADINGS[name][0] for name in COLUMNS)
    if form == "xlsx":
        return _sheet(_("党员名册模板"), headings, [EXAMPLE])
    stream = io.StringIO()
    csv.writer(stream).writerows([headings, EXAMPLE])
    # With its mark, Excel knows it for UTF-8.
    answer = HttpResponse(stream.getvalue().encode("utf-8-sig"), content_type="text/csv")
    return _download(answer, f"{_('党员名册模板')}.csv")


@access(ADMINISTRATION)
def member_first_code(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a member who forgot the password a new code; it is shown once, here."""
    member = get_object_or_404(managed_accounts(request.user), pk=pk)
    code = ""
    if request.method == "POST":
        code = issue_first_code(member=member, by=_person(request))
    return _page(
        request,
        "members/first_code.html",
        {"member": member, "code": code, "days": FIRST_CODE_LASTS.days},
        trail=[{"url": reverse("members:index"), "label": _("党员")}],
        label=_("首次登录码"),
    )


# --- Putting together -----------------------------------------------------------------------------


def _person(request: HttpRequest) -> Member:
    """Who is signed in: every view here is refused to strangers."""
    return cast(Member, request.user)


def _own_import(request: HttpRequest, pk: int) -> RosterImport:
    kept = roster_imports(request.user).filter(pk=pk).first()
    if kept is None:
        raise Http404
    return kept


def _numbers(kept: RosterImport) -> list[str]:
    return [row["number"] for row in kept.rows["rows"]]


def _told(change: Change) -> dict[str, Any]:
    kinds = dict(MemberKind.choices)
    labels = {"name": _("姓名"), "phone": _("手机"), "kind": _("身份")}
    fields = [
        (labels[name], kinds.get(before, before), kinds.get(after, after))
        for name, (before, after) in change.fields.items()
        if change.kind != ChangeKind.NEW or (after and name != "name")
    ]
    words = {
        ChangeKind.NEW: _("新增"),
        ChangeKind.CHANGED: _("变更"),
        ChangeKind.TRANSFER: _("转接"),
    }
    return {"change": change, "word": words[change.kind], "fields": fields}


def _page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    trail: list[dict[str, Any]] | None = None,
    label: str = "",
    status: int = 200,
) -> TemplateResponse:
    home = {"url": reverse("wagtailadmin_home"), "label": _("首页")}
    here = {"url": "", "label": label or _("名册导入")}
    furniture = {
        "breadcrumbs_items": [home, *(trail or []), here],
        "header_title": here["label"],
        "header_icon": "group",
    }
    return TemplateResponse(request, template, {**furniture, **context}, status=status)


def _sheet(title: str, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> HttpResponse:
    """An xlsx whose every cell is text, so that no number loses its zeros."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = title
    sheet.append(headings)
    for row in rows:
        sheet.append(row)
    for column in sheet.iter_cols(max_row=max(2, len(rows) + 1)):
        sheet.column_dimensions[column[0].column_letter].width = 20
        for cell in column:
            cell.number_format = FORMAT_TEXT
            cell.data_type = "s"
        column[0].font = Font(bold=True)
    # Excel gives a column typed into later the format of the whole column.
    for name in sheet.column_dimensions:
        sheet.column_dimensions[name].number_format = FORMAT_TEXT
    sheet.freeze_panes = "A2"
    stream = io.BytesIO()
    book.save(stream)
    return _download(HttpResponse(stream.getvalue(), content_type=XLSX), f"{title}.xlsx")


def _download(answer: HttpResponse, name: str) -> HttpResponse:
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    return answer
