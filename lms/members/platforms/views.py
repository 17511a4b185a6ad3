"""Issuing, renewing and revoking a platform's token in the back office; it is shown once, here."""

import datetime as dt
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from wagtail.admin.widgets import AdminDateInput

from lms.core import clock
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.models import Branch, Member
from lms.members.platforms.models import PlatformToken, Scope
from lms.members.platforms.queries import administered_tokens
from lms.members.platforms.services import (
    LASTS,
    OVERLAP,
    issue_token,
    renew_token,
    revoke_token,
)
from lms.members.queries import administered_branches
from lms.members.rules import ADMINISTRATION


class BranchChoice(forms.ModelChoiceField):
    """Branches set in by their depth."""

    def label_from_instance(self, branch: Any) -> str:
        return str(branch.indented_name)


class TokenForm(forms.Form):
    """What a token is for; the branches are those of whoever issues it."""

    name = forms.CharField(
        label=gettext_lazy("平台名称"),
        max_length=60,
        help_text=gettext_lazy("哪个系统使用，例如“省党员教育平台”。"),
    )
    branch = BranchChoice(
        label=gettext_lazy("数据范围"),
        queryset=None,  # the issuer's, see below
        empty_label=None,
        help_text=gettext_lazy("只能读到这个组织及其下级的数据。"),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("可读内容"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("请至少选择一项可读内容。")},
    )
    expires_on = forms.DateField(
        label=gettext_lazy("有效至"),
        widget=AdminDateInput,
        help_text=gettext_lazy("当天结束时失效，最长两年；到期前可以换发。"),
    )

    def __init__(self, *args: Any, branches: QuerySet[Branch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(BranchChoice, self.fields["branch"]).queryset = branches

    @property
    def expires_at(self) -> dt.datetime:
        """The end of the last day."""
        after = self.cleaned_data["expires_on"] + dt.timedelta(days=1)
        return timezone.make_aware(dt.datetime.combine(after, dt.time.min))


@access(ADMINISTRATION)
@never_cache
def platform_issue(request: HttpRequest) -> HttpResponse:
    """A form; once it is sent, the token."""
    sent = request.method == "POST"
    form = TokenForm(
        request.POST if sent else None,
        branches=administered_branches(request.user),
        initial={"expires_on": clock.local_date(clock.now() + LASTS)},
    )
    if sent and form.is_valid():
        said = form.cleaned_data
        try:
            token, shown = issue_token(
                name=said["name"],
                branch=said["branch"],
                scopes=said["scopes"],
                by=_person(request),
                expires_at=form.expires_at,
            )
        except DomainError as refused:
            form.add_error("expires_on", refused.message)
        else:
            return _page(request, _("签发令牌"), {"token": token, "shown": shown})
    status = 422 if form.errors else 200
    return _page(request, _("签发令牌"), {"form": form}, status=status)


@access(ADMINISTRATION)
@never_cache
def platform_renew(request: HttpRequest, pk: int) -> HttpResponse:
    """A new token for the same platform; the old one still opens for some days."""
    token = get_object_or_404(administered_tokens(request.user), pk=pk)
    if request.method != "POST":
        asked = {"token": token, "days": OVERLAP.days, "is_question": True}
        return _page(request, _("换发令牌"), asked)
    try:
        renewed, shown = renew_token(token=token, by=_person(request))
    except DomainError as refused:
        messages.error(request, refused.message)
        return redirect("platforms:inspect", pk)
    return _page(
        request,
        _("换发令牌"),
        {"token": renewed, "shown": shown, "days": OVERLAP.days, "old": token},
    )


@access(ADMINISTRATION)
@require_POST
def platform_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """From the next request on the token opens nothing."""
    token: PlatformToken = get_object_or_404(administered_tokens(request.user), pk=pk)
    revoke_token(token=token, by=_person(request))
    messages.success(request, _("令牌 %(prefix)s 已吊销。") % {"prefix": token.prefix})
    return redirect("platforms:inspect", pk)


def _person(request: HttpRequest) -> Member:
    return cast(Member, request.user)


def _page(
    request: HttpRequest, label: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    trail = [
        {"url": reverse("wagtailadmin_home"), "label": _("首页")},
        {"url": reverse("platforms:index"), "label": _("平台令牌")},
        {"url": "", "label": label},
    ]
    furniture = {"breadcrumbs_items": trail, "header_title": label, "header_icon": "key"}
    return TemplateResponse(
        request, "members/platform_token.html", {**furniture, **context}, status=status
    )
