from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiveConfig(AppConfig):
    name = "live"
    verbose_name = _("直播课堂")

    def ready(self) -> None:
        from live.chat import verbs as chat
        from live.hands import verbs as hands
        from lms.core.access import SIGNED_IN
        from lms.core.design.navigation import Place, register

        chat.register_all()
        hands.register_all()
        register(Place("live", _("直播课"), "/live/", "video", SIGNED_IN, 22, _("直播")))
