from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiveConfig(AppConfig):
    name = "live"
    verbose_name = _("直播课堂")

    def ready(self) -> None:
        from courses.catalogue import beside
        from live.discussion.beside import threads_of
        from lms.core.access import SIGNED_IN
        from lms.core.design.navigation import Place, register

        register(Place("live", _("直播课"), "/live/", "video", SIGNED_IN, 22, _("直播")))
        register(
            Place("discussion", _("讨论"), "/discussion/", "chat", SIGNED_IN, 24, in_bottom=False)
        )
        register(
            Place(
                "notices", _("消息"), "/notices/", "bell", SIGNED_IN, 45,
                in_bottom=False, in_header=False, count_path="/notices/count/",
            )
        )  # fmt: skip
        beside.show("discussion/parts/beside.html", threads_of)
