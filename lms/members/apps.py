from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "lms.members"
    label = "members"
    verbose_name = _("党员与支部")

    def ready(self) -> None:
        from lms.core.design.navigation import Place, register
        from lms.members.receivers import after_migrate
        from lms.members.rules import BACK_OFFICE

        register(
            Place(
                "admin", _("后台"), "/admin/", "settings", BACK_OFFICE, 90,
                in_elder=False, in_bottom=False,
            )
        )  # fmt: skip

        # Any app's: the permissions of a package above ours exist only after its own turn.
        post_migrate.connect(after_migrate, dispatch_uid="members.settle_groups")
