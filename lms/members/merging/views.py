"""Two records of one person in the back office: found, seen side by side, merged, and parted."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lms.core import clock
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.merging import queries, services
from lms.members.merging.models import MergeState, RecordMerge
from lms.members.merging.rules import can_decide, can_merge, can_undo, can_withdraw
from lms.members.models import Member
from lms.members.queries import managed_accounts
from lms.members.rules import ADMINISTRATION

RECENT = 50
ACT = require_http_methods(["GET", "HEAD", "POST"])


class PairForm(forms.Form):
    """Which two records; both among those whose accounts `by` manages."""

    kept = forms.CharField(
        label=gettext_lazy("保留的编号"), max_length=32,
        help_text=gettext_lazy("今后用它登录，学时都记在它名下。"),
    )  # fmt: skip
    lost = forms.CharField(
        label=gettext_lazy("并入的编号"), max_length=32,
        help_text=gettext_lazy("记录留存备查，不再单独登录。"),
    )  # fmt: skip

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for name in ("kept", "lost"):
            if name in said and (found := queries.record_numbered(self.by, said[name])):
                said[name] = found
            elif name in said:
                self.add_error(name, _("您管理的范围内没有这个编号，请核对。"))
        if not self.errors and said["kept"] == said["lost"]:
            self.add_error("lost", _("两个编号是同一份记录，请核对。"))
        elif not self.errors and not can_merge(self.by, said["kept"], said["lost"]):
            self.add_error(None, _("涉及您本人的记录，请由其他管理员办理。"))
        return said


class ReasonForm(forms.Form):
    """Why; on record with the merge and with every entry it makes."""

    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=400, widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("例如：转接后名册重复建档，已与本人和身份证核对。"),
    )  # fmt: skip


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("不同意的原因"), max_length=400, widget=forms.Textarea({"rows": 2})
    )


@access(ADMINISTRATION)
@require_safe
def merges(request: HttpRequest) -> HttpResponse:
    """Choose two records; what waits and what was done; names that several records have."""
    by = request.user
    asked = "kept" in request.GET and "lost" in request.GET
    form = PairForm(request.GET if asked else None, by=by, initial=request.GET.dict())
    if asked and form.is_valid():
        pair = form.cleaned_data
        return redirect("merge_new", pair["kept"].pk, pair["lost"].pk)
    return _page(
        request, "members/merges.html",
        {
            "form": form,
            "merges": queries.visible_merges(by)[:RECENT],
            "same_names": queries.same_names(by),
        },
        status=422 if form.errors else 200,
    )  # fmt: skip


@access(ADMINISTRATION)
@ACT
def merge_new(request: HttpRequest, kept: int, lost: int) -> HttpResponse:
    """What the merge would do, side by side; and the proposal with its reason."""
    by = _person(request)
    pair = [get_object_or_404(managed_accounts(by), pk=pk) for pk in (kept, lost)]
    if not can_merge(by, *pair):
        return redirect("merges")
    merge = RecordMerge(kept=pair[0], lost=pair[1], by=by, proposed_at=clock.now())
    return _propose(
        request, merge, label=_("新的合并"),
        propose=lambda reason: services.propose_merge(
            kept=pair[0], lost=pair[1], reason=reason, by=by
        ),
    )  # fmt: skip


@access(ADMINISTRATION)
@ACT
def merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What taking a merge back would do; and the proposal with its reason."""
    by = _person(request)
    merge = get_object_or_404(queries.visible_merges(by), pk=pk)
    if not can_undo(by, merge):
        return redirect("merge", pk)
    undoing = RecordMerge(
        kept=merge.kept, lost=merge.lost, undoes=merge, by=by, proposed_at=clock.now()
    )
    return _propose(
        request, undoing, label=_("撤销合并"),
        propose=lambda reason: services.propose_undo(merge=merge, reason=reason, by=by),
    )  # fmt: skip


@access(ADMINISTRATION)
@ACT
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal; for the second person the decision, for the first the way out."""
    by = _person(request)
    found = get_object_or_404(queries.visible_merges(by), pk=pk)
    form = AnswerForm(request.POST if request.POST.get("act") == "refuse" else None)
    if request.method == "POST" and _decided(request, found, by, form):
        return redirect("merge", pk)
    return _page(
        request, "members/merge.html",
        {
            "merge": found,
            "form": form,
            "may_decide": can_decide(by, found),
            "may_withdraw": can_withdraw(by, found),
            "may_undo": found.state == MergeState.DONE and can_undo(by, found),
            **(_previewed(found) if found.is_open else {}),
        },
        label=_title(found),
        status=422 if form.errors else 200,
    )  # fmt: skip


def _decided(request: HttpRequest, found: RecordMerge, by: Member, form: forms.Form) -> bool:
    """Whether the button pressed was dealt with: done or refused with a sentence."""
    act = request.POST.get("act", "")
    if act == "refuse" and not form.is_valid():
        return False
    try:
        if act == "confirm":
            services.confirm_merge(merge=found, digest=request.POST.get("digest", ""), by=by)
            messages.success(request, _("已办理，修改记录可在“历史”里查到。"))
        elif act == "refuse":
            services.refuse_merge(merge=found, answer=form.cleaned_data["answer"], by=by)
            messages.success(request, _("已答复不同意，两份记录没有变动。"))
        elif act == "withdraw":
            services.withdraw_merge(merge=found, by=by)
            messages.success(request, _("已撤回，两份记录没有变动。"))
    except DomainError as refused:
        messages.error(request, refused.message)
    return True


def _propose(
    request: HttpRequest,
    merge: RecordMerge,
    *,
    label: str,
    propose: Callable[[str], RecordMerge],
) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = propose(form.cleaned_data["reason"])
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("已提出，等待第二位管理员确认。确认之前什么都不变。"))
            return redirect("merge", made.pk)
    return _page(
        request, "members/merge_new.html", {"merge": merge, "form": form, **_previewed(merge)},
        label=label, status=422 if form.errors else 200,
    )  # fmt: skip


def _previewed(merge: RecordMerge) -> dict[str, Any]:
    rows = queries.preview(merge)
    return {
        "rows": rows,
        "digest": queries.digest_of(rows),
        "obstacles": queries.obstacles(merge),
        "headings": (_("现在"), _("撤销后：%(number)s") % {"number": merge.kept.number},
                     _("撤销后：%(number)s") % {"number": merge.lost.number})
        if merge.undoes_id
        else (_("保留的记录"), _("并入的记录"), _("合并以后")),
    }  # fmt: skip


def _title(merge: RecordMerge) -> str:
    words = (
        _("撤销合并：%(lost)s 与 %(kept)s") if merge.undoes_id else _("合并：%(lost)s → %(kept)s")
    )
    return words % {"lost": merge.lost.number, "kept": merge.kept.number}


def _person(request: HttpRequest) -> Member:
    return cast(Member, request.user)


def _page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    label: str = "",
    status: int = 200,
) -> HttpResponse:
    home = {"url": reverse("wagtailadmin_home"), "label": _("首页")}
    trail = [{"url": reverse("merges") if label else "", "label": _("合并记录")}]
    if label:
        trail.append({"url": "", "label": label})
    furniture = {
        "breadcrumbs_items": [home, *trail],
        "header_title": label or _("合并记录"),
        "header_icon": "link",
    }
    return TemplateResponse(request, template, {**furniture, **context}, status=status)


PATTERNS: list[URLPattern] = [
    path("merges/", merges, name="merges"),
    path("merges/new/<int:kept>/<int:lost>/", merge_new, name="merge_new"),
    path("merges/<int:pk>/", merge, name="merge"),
    path("merges/<int:pk>/undo/", merge_undo, name="merge_undo"),
]
