"""The official forms of a branch: filled for it or for one of its members, brought in, removed."""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.core import clock
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.models import Branch, Member
from lms.members.queries import visible_branches
from lms.members.rules import BOARD
from lms.reports.blanks import services
from lms.reports.blanks.placeholders import Subject, Values, known_names
from lms.reports.blanks.queries import (
    MOST_PEOPLE,
    Form,
    form_for,
    forms_for,
    values_of_branch,
    values_of_member,
)
from lms.reports.queries import board_of, member_on_board
from lms.reports.years import FIRST_YEAR, chosen_year

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class BlankForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    file = forms.FileField(
        label=gettext_lazy("模板文件"),
        help_text=gettext_lazy("不超过 1 MB 的 .xlsx 或 .docx，不带宏、公式和外部链接。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.docx"}),
    )


@access(BOARD)
@require_safe
def branch_forms(request: HttpRequest, branch_id: int) -> HttpResponse:
    """The forms of a branch, to be filled for it, and where to bring in another."""
    return _list(request, _branch(request, branch_id), BlankForm())


@access(BOARD)
@require_http_methods(["POST"])
def add_form(request: HttpRequest, branch_id: int) -> HttpResponse:
    """Bring in a template for a branch and all below it."""
    branch = _branch(request, branch_id)
    form = BlankForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            services.add_blank(
                by=cast(Member, request.user),
                branch=branch,
                name=form.cleaned_data["name"],
                content=form.cleaned_data["file"].read(),
            )
        except DomainError as refused:
            form.add_error("file", refused.message)
        else:
            messages.success(request, _("模板已检查，可以使用了。"))
            return redirect("branch_forms", branch_id)
    return _list(request, branch, form, status=422)


@access(BOARD)
@require_safe
def blank_form(request: HttpRequest, branch_id: int, key: str) -> HttpResponse:
    """The template itself, to be changed and brought in again."""
    form = _form(request, _branch(request, branch_id), key)
    return _file(form, form.name, form.content)


@access(BOARD)
@require_POST
def remove_form(request: HttpRequest, branch_id: int, key: str) -> HttpResponse:
    """Take away a template that was brought in here or below."""
    form = _form(request, _branch(request, branch_id), key)
    if form.blank is None or not form.may_remove:
        raise Http404
    services.remove_blank(by=cast(Member, request.user), blank=form.blank)
    messages.success(request, _("模板已删除。"))
    return redirect("branch_forms", branch_id)


@access(BOARD)
@require_safe
@never_cache
def filled_branch_form(request: HttpRequest, branch_id: int, key: str) -> HttpResponse:
    """A form filled for a branch with all below it."""
    branch = _branch(request, branch_id)
    form, year = _form(request, branch, key, Subject.BRANCH), _year(request)
    board = board_of(branch, year, clock.today(), visible=visible_branches(request.user))
    if board.figures.members > MOST_PEOPLE:
        messages.error(request, _("人数较多，请到下级组织的看板分别套表。"))
        return redirect("branch_forms", branch_id)
    values = values_of_branch(board, cast(Member, request.user))
    return _filled(form, f"{branch.name}{year}{form.name}", values)


@access(BOARD)
@require_safe
def member_forms(request: HttpRequest, branch_id: int, member_id: int) -> HttpResponse:
    """The forms that can be filled for a member on the board."""
    branch, year = _branch(request, branch_id), _year(request)
    member = _member(branch, member_id, year)
    found = [form for form in forms_for(request.user, branch) if form.subject == Subject.MEMBER]
    context = {"branch": branch, "member": member, "forms": found, "year": year}
    return render(request, "reports/member_forms.html", context)


@access(BOARD)
@require_safe
@never_cache
def filled_member_form(
    request: HttpRequest, branch_id: int, member_id: int, key: str
) -> HttpResponse:
    """A form filled for a member on the board."""
    branch, year = _branch(request, branch_id), _year(request)
    member = _member(branch, member_id, year)
    form = _form(request, branch, key, Subject.MEMBER)
    values = values_of_member(member, branch, year, cast(Member, request.user))
    return _filled(form, f"{member.name}{year}{form.name}", values)


def _list(
    request: HttpRequest, branch: Branch, form: BlankForm, *, status: int = 200
) -> HttpResponse:
    year = _year(request)
    return render(
        request,
        "reports/forms.html",
        {
            "branch": branch,
            "forms": forms_for(request.user, branch),
            "form": form,
            "year": year,
            "years": range(clock.today().year, FIRST_YEAR - 1, -1),
            "names": {subject.value: known_names(subject) for subject in Subject},
        },
        status=status,
    )


def _branch(request: HttpRequest, branch_id: int) -> Branch:
    branch = visible_branches(request.user).filter(pk=branch_id).first()
    if branch is None:
        raise Http404
    return branch


def _member(branch: Branch, member_id: int, year: int) -> Member:
    member = member_on_board(branch, member_id, year, clock.today())
    if member is None:
        raise Http404
    return member


def _form(request: HttpRequest, branch: Branch, key: str, subject: Subject | None = None) -> Form:
    form = form_for(request.user, branch, key)
    if form is None or (subject is not None and form.subject != subject):
        raise Http404
    return form


def _year(request: HttpRequest) -> int:
    return chosen_year(request.GET.get("year", ""), clock.today())


def _filled(form: Form, name: str, values: Values) -> HttpResponse:
    return _file(form, name, services.filled_form(form=form, values=values))


def _file(form: Form, name: str, content: bytes) -> HttpResponse:
    disposition = content_disposition_header(True, f"{name}.{form.kind}") or ""
    return HttpResponse(
        content, content_type=TYPES[form.kind], headers={"Content-Disposition": disposition}
    )
