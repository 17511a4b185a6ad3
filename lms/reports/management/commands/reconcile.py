"""`python -m lms reconcile`: are all sums of hours those of the ledger?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext_lazy as _

from lms.reports.services import check_ledger, rebuild_and_check


class Command(BaseCommand):
    help = "Compare the sums of hours with the ledger; ends with 1 if one differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rebuild", action="store_true", help="write every sum anew from the ledger first"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        check = rebuild_and_check() if options["rebuild"] else check_ledger()
        for each in check.differences:
            self.stdout.write(
                str(_("党员%(member)s %(year)s年度：汇总%(kept)s，学时账%(in_ledger)s")) % each
            )
        for each in check.branches:
            self.stdout.write(
                str(_("组织%(branch)s %(year)s年度：汇总与其人员、学时账不符")) % each
            )
        if check.differences or check.branches:
            raise CommandError(
                _("汇总与学时账不符，学时账没有变。请运行 %(command)s 重新汇总。")
                % {"command": "python -m lms reconcile --rebuild"}
            )
        self.stdout.write(str(_("全部汇总与学时账相符。")))
