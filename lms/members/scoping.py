"""Back-office screens that end at the branches one works for.

Wagtail's generic views ask for a permission on the *model*; whoever may change some member could
open any. Here every view class of a viewset, whatever it is, first looks the object up among
those its viewset declares visible: what is not there is a 404.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.admin.utils import unquote
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies.base import BasePermissionPolicy

Scope = Callable[[Any], QuerySet[Any]]


class RolePolicy(BasePermissionPolicy):
    """What `allows(user)` lets in may do `actions`; objects are narrowed by the scope."""

    def __init__(
        self, model: type[Model], *, allows: Callable[[Any], bool], actions: frozenset[str]
    ) -> None:
        super().__init__(model)
        self.allows = allows
        self.actions = actions

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in self.actions and self.allows(user)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Model) -> bool:
        return self.user_has_permission(user, action)


class BranchScopedMixin:
    """A view whose objects are those of `scope(user)` and no others."""

    scope: Scope
    request: HttpRequest
    kwargs: dict[str, Any]
    model: type[Model]
    pk_url_kwarg = "pk"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Before the view's own set-up, which may already read the object."""
        if self.pk_url_kwarg in kwargs:
            visible = type(self).scope(request.user)
            get_object_or_404(visible, pk=unquote(str(kwargs[self.pk_url_kwarg])))
        super().setup(request, *args, **kwargs)  # type: ignore[misc]

    def get_base_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_base_queryset()  # type: ignore[misc]
        if rows.model is not self.model:  # a history lists log entries of an object seen already
            return rows
        return rows.filter(pk__in=type(self).scope(self.request.user).order_by().values("pk"))


class BranchScopedViewSet(ModelViewSet):
    """A viewset that mixes its scope into every view class it has, so that none is forgotten."""

    scope: Scope
    policy: RolePolicy
    add_to_reference_index = False
    copy_view_enabled = False

    def construct_view(self, view_class: type, **kwargs: Any) -> Any:
        scoped = type(
            view_class.__name__,
            (BranchScopedMixin, view_class),
            {"scope": staticmethod(type(self).scope), "permission_policy": self.policy},
        )
        return super().construct_view(scoped, **kwargs)

    @property
    def menu_item_class(self) -> type[MenuItem]:
        policy = self.policy
        shown = {
            "is_shown": lambda _item, request: policy.user_has_permission(request.user, "view")
        }
        return type("ScopedMenuItem", (MenuItem,), shown)
