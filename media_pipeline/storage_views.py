"""How much each branch may keep: seen by its administrators, set by those above."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.models import Branch
from lms.members.rules import ADMINISTRATION
from media_pipeline import quotas

PAGE_SIZE = 50
GIGABYTE = 1024**3
MOST_GIGABYTES = 1_000_000


class QuotaForm(forms.Form):
    """Both in GB; empty is whatever holds above."""

    limit = forms.DecimalField(
        label=gettext_lazy("本级及下级共可存放（GB）"),
        help_text=gettext_lazy("留空：不单独设限，只受上级的限额约束。"),
        min_value=0,
        max_value=MOST_GIGABYTES,
        decimal_places=1,
        required=False,
    )
    member_limit = forms.DecimalField(
        label=gettext_lazy("每人可存放（GB）"),
        help_text=gettext_lazy("留空：按上级的每人限额。"),
        min_value=0,
        max_value=MOST_GIGABYTES,
        decimal_places=1,
        required=False,
    )

    def in_bytes(self, name: str) -> int | None:
        value = self.cleaned_data[name]
        return None if value is None else int(value * GIGABYTE)


def _gigabytes(size_bytes: int | None) -> str:
    return "" if size_bytes is None else f"{size_bytes / GIGABYTE:.1f}".removesuffix(".0")


@access(ADMINISTRATION)
@require_safe
def storage(request: HttpRequest) -> HttpResponse:
    """What the branches one administers keep, and how much they may."""
    branches = quotas.storage_branches(request.user)
    wanted = request.GET.get("q", "").strip()[:60]
    if wanted:
        branches = branches.filter(name__icontains=wanted)
    page = Paginator(branches, PAGE_SIZE).get_page(request.GET.get("p"))
    settable = quotas.settable_paths(request.user)
    rows = [_row(branch, settable) for branch in page.object_list]
    return render(request, "media_pipeline/storage.html", {"page": page, "rows": rows, "q": wanted})


def _row(branch: Any, settable: quotas.Settable) -> dict[str, Any]:
    quota = getattr(branch, "storage_quota", None)
    limit = quota.limit_bytes if quota else None
    each = quota.member_limit_bytes if quota else None
    if branch.is_root():  # nobody above it says
        limit = settings.MEDIA_BRANCH_QUOTA_BYTES if limit is None else limit
        each = settings.MEDIA_MEMBER_QUOTA_BYTES if each is None else each
    return {
        "branch": branch,
        "used": quotas.spoken_size(branch.used_bytes),
        "limit": "" if limit is None else quotas.spoken_size(limit),
        "each": "" if each is None else quotas.spoken_size(each),
        "is_full": limit is not None and branch.used_bytes >= limit,
        "may_set": settable.has(branch.path),
    }


@access(ADMINISTRATION)
@require_http_methods(["GET", "HEAD", "POST"])
def branch_storage(request: HttpRequest, branch_id: int) -> HttpResponse:
    """Lay down what one branch may keep."""
    branch: Branch | None = quotas.storage_branches(request.user).filter(pk=branch_id).first()
    if branch is None or not quotas.is_set_by(request.user, branch):
        raise Http404
    quota = quotas.quota_of(branch)
    initial = {
        "limit": _gigabytes(quota.limit_bytes) if quota else "",
        "member_limit": _gigabytes(quota.member_limit_bytes) if quota else "",
    }
    form = QuotaForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            quotas.set_quota(
                branch=branch,
                by=request.user,  # type: ignore[arg-type]
                limit_bytes=form.in_bytes("limit"),
                member_limit_bytes=form.in_bytes("member_limit"),
            )
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("已保存“%(name)s”的存储限额。") % {"name": branch.name})
        return redirect("lectures:storage")
    return render(
        request,
        "media_pipeline/branch_storage.html",
        {
            "branch": branch,
            "form": form,
            "used": quotas.spoken_size(branch.used_bytes),  # type: ignore[attr-defined]
        },
    )
