from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "lms.reports"
    label = "reports"
    verbose_name = _("报表")

    def ready(self) -> None:
        from courses.portal.figures import install
        from lms.core.design.navigation import Place, register
        from lms.core.health.queries import look_at
        from lms.members.rules import BOARD
        from lms.reports.exports import receivers
        from lms.reports.panels import year_figures
        from lms.reports.reconciliation import sums

        self.receivers = receivers
        register(
            Place("board", _("支部看板"), "/board/", "board", BOARD, 50, short_label=_("看板"))
        )
        install(year_figures)
        look_at(sums)
