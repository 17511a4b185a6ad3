"""The tokens of other systems in the back office."""

import datetime as dt
from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import Button, HeaderButton

from lms.core import clock
from lms.members.platforms import views
from lms.members.platforms.models import PlatformToken
from lms.members.platforms.queries import administered_tokens
from lms.members.rules import can_administer
from lms.members.scoping import BranchScopedViewSet, RolePolicy


class TokenIndex(generic.IndexView):
    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("branch")

    @cached_property
    def header_buttons(self) -> list[Button]:
        return [HeaderButton(_("签发令牌"), url=reverse("platform_issue"), icon_name="plus")]


class TokenInspect(generic.InspectView):
    template_name = "members/platform_inspect.html"

    def get_field_label(self, field_name: str, field: Any) -> str:
        labels = {
            "scope_names": _("可读内容"),
            "state_name": _("状态"),
            "last_day": _("有效至"),
        }
        return str(labels.get(field_name) or super().get_field_label(field_name, field))

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        value = super().get_field_display_value(field_name, field)
        if isinstance(value, dt.datetime):  # in the school's time, which Wagtail leaves out here
            return date_format(timezone.localtime(value), "Y-m-d H:i")
        return "—" if value in (None, "") else value

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_live = self.object.is_live(clock.now())
        return super().get_context_data(**kwargs) | {
            "is_live": is_live,
            "can_renew": is_live and not hasattr(self.object, "replaced_by"),
        }


class PlatformViewSet(BranchScopedViewSet):
    model = PlatformToken
    name = "platforms"
    icon = "key"
    menu_label = _("平台令牌")
    menu_order = 320
    add_to_admin_menu = True
    scope = staticmethod(administered_tokens)
    # Tokens are issued, renewed and revoked by the views of their own, never edited.
    policy = RolePolicy(PlatformToken, allows=can_administer, actions=frozenset({"view"}))
    index_view_class = TokenIndex
    inspect_view_class = TokenInspect
    inspect_view_enabled = True
    inspect_view_fields = (
        "name",
        "branch",
        "scope_names",
        "prefix",
        "state_name",
        "created_by",
        "created_at",
        "last_day",
        "last_used_at",
        "revoked_by",
        "revoked_at",
        "replaces",
    )
    form_fields = ("name",)
    list_display = (
        TitleColumn("name", label=_("平台名称"), url_name="platforms:inspect"),
        Column("branch", label=_("数据范围")),
        Column("scope_names", label=_("可读内容")),
        Column("prefix", label=_("令牌开头")),
        Column("state_name", label=_("状态")),
        Column("last_day", label=_("有效至"), sort_key="expires_at"),
        DateColumn("last_used_at", label=_("最近使用"), sort_key="last_used_at"),
    )
    search_fields = ("name", "prefix")
    search_backend_name = None
    ordering = ("-pk",)
    list_per_page = 50


PATTERNS: list[URLPattern] = [
    path("platforms/issue/", views.platform_issue, name="platform_issue"),
    path("platforms/renew/<int:pk>/", views.platform_renew, name="platform_renew"),
    path("platforms/revoke/<int:pk>/", views.platform_revoke, name="platform_revoke"),
]
