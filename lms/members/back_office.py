"""What the roles of the day open in Wagtail's back office.

Wagtail asks groups. There is one group for each role that works in the back office; what a
group may do is declared here and, for their own things, by the packages above. Groups are
settled whenever a role is granted or revoked and again on every request to the back office,
so that a term that has ended opens nothing.
"""

from collections import defaultdict

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from lms.members.models import Member, Role
from lms.members.queries import roles_of

GROUPS = {Role.INSTRUCTOR: "教师", Role.ADMINISTRATOR: "学校管理员"}

# Site-wide model permissions, as "app.codename".
_models: dict[str, set[str]] = defaultdict(set)
# Over the page tree and over the images and documents of all collections.
_PAGES = {
    Role.INSTRUCTOR: ("add_page", "change_page"),
    Role.ADMINISTRATOR: (
        "add_page",
        "change_page",
        "publish_page",
        "bulk_delete_page",
        "lock_page",
        "unlock_page",
    ),
}
_COLLECTION = (
    "wagtailimages.add_image",
    "wagtailimages.change_image",
    "wagtailimages.choose_image",
    "wagtaildocs.add_document",
    "wagtaildocs.change_document",
    "wagtaildocs.choose_document",
)


def open_to(role: str, *permissions: str) -> None:
    """Declare, from an `AppConfig.ready()`, that `role` has these "app.codename" permissions."""
    _models[role].update(permissions)


open_to(Role.INSTRUCTOR, "wagtailadmin.access_admin")
# No permission on the member model: Wagtail's own screens and bulk actions for accounts ask for
# it and know no branches. Ours ask for the role (see scoping.py).
open_to(Role.ADMINISTRATOR, "wagtailadmin.access_admin")


@transaction.atomic
def settle_back_office(*, member: Member) -> bool:
    """Put the member into exactly the groups of the roles held today; True if that changed."""
    wanted = {GROUPS[Role(held.role)] for held in roles_of(member) if held.role in GROUPS}
    present = set(member.groups.filter(name__in=GROUPS.values()).values_list("name", flat=True))
    if wanted == present:
        return False
    member.groups.remove(*Group.objects.filter(name__in=present - wanted))
    member.groups.add(*(_group(name) for name in sorted(wanted - present)))
    return True


@transaction.atomic
def settle_groups() -> None:
    """Make the groups and let them do exactly what is declared; runs after every migrate."""
    for role, name in GROUPS.items():
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.set(_permissions(_models[role]))
        _settle_pages(group, _PAGES[role])
        _settle_collections(group)


def _group(name: str) -> Group:
    found = Group.objects.filter(name=name).first()
    if found is None:
        settle_groups()
        found = Group.objects.get(name=name)
    return found


def _permissions(names: set[str] | tuple[str, ...]) -> list[Permission]:
    wanted = {tuple(name.split(".", 1)) for name in names}
    return [
        permission
        for permission in Permission.objects.filter(
            codename__in=[codename for _app, codename in wanted]
        ).select_related("content_type")
        if (permission.content_type.app_label, permission.codename) in wanted
    ]


def _settle_pages(group: Group, codenames: tuple[str, ...]) -> None:
    root = Page.objects.filter(depth=1).first()
    if root is None:
        return
    wanted = _permissions(tuple(f"wagtailcore.{codename}" for codename in codenames))
    granted = GroupPagePermission.objects.filter(group=group)
    granted.exclude(page=root, permission__in=wanted).delete()
    for permission in wanted:
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)


def _settle_collections(group: Group) -> None:
    root = Collection.objects.filter(depth=1).first()
    if root is None:
        return
    for permission in _permissions(_COLLECTION):
        GroupCollectionPermission.objects.get_or_create(
            group=group, collection=root, permission=permission
        )
