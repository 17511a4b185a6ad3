from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiveConfig(AppConfig):
    name = "live"
    verbose_name = _("直播课堂")

    def ready(self) -> None:
        from live.checks.queries import roll_calls
        from live.checks.verbs import register_verbs
        from live.checks.views import part_config
        from live.checks.words import strings
        from live.classroom import page, proofs
        from lms.core.access import SIGNED_IN
        from lms.core.design.navigation import Place, register

        register(Place("live", _("直播课"), "/live/", "video", SIGNED_IN, 22, _("直播")))
        register_verbs()
        page.register_part("checks", strings=strings, config=part_config)
        proofs.register("roll", roll_calls)
