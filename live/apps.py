from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiveConfig(AppConfig):
    name = "live"
    verbose_name = _("直播课堂")

    def ready(self) -> None:
        from lms.core.access import SIGNED_IN
        from lms.core.design.navigation import Place, register
        from live.classroom.page import register_part
        from live.slides import reading, saying, words

        register(Place("live", _("直播课"), "/live/", "video", SIGNED_IN, 22, _("直播")))

        saying.register_verbs()
        register_part("slides", strings=words.room_strings, config=reading.config)
