"""`python -m lms verify-ledger`: is every entry of the ledger as it was posted?"""  # noqa: N999

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exams.credit import queries
from exams.credit.verification import Fault, Finding, Tally, findings

WORDS = {
    Fault.ALTERED: _("第%(seq)s条（编号%(id)s）被改动过"),
    Fault.MISSING: _("第%(seq)s条不见了"),
    Fault.REORDERED: _("第%(seq)s条（编号%(id)s）与前一条接不上"),
    Fault.TRUNCATED: _("末尾与账首不符，从第%(seq)s条起不对"),
}


class Command(BaseCommand):
    help = "Check the hash chains of the study-hour ledger; ends with 1 if a row is wrong."
    requires_system_checks: list[str] = []  # noqa: RUF012  (Django's own way)

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        tally = Tally()
        with transaction.atomic():
            wrong = list(findings(queries.chain_links(), tally))
        wrong += [
            Finding(head.member_id, 1, None, Fault.TRUNCATED)
            for head in queries.heads_without_entries()
        ]
        seconds = time.monotonic() - started
        names = queries.member_names([finding.member_id for finding in wrong])
        for finding in wrong:
            said = WORDS[finding.fault] % {"seq": finding.member_seq, "id": finding.entry_id}
            self.stdout.write(f"{names.get(finding.member_id, finding.member_id)}: {said}")
        self.stdout.write(
            _(
                "已核对%(entries)s条学时记录、%(members)s名党员，用时%(seconds).1f秒（每秒%(rate)s条）。"
            )
            % {
                "entries": tally.entries,
                "members": tally.members,
                "seconds": seconds,
                "rate": round(tally.entries / seconds) if seconds else tally.entries,
            }
        )
        self.stdout.write(str(_("总校验码（请另处保存）：%s") % tally.digest))
        if wrong:
            raise CommandError(
                _("有%s名党员的学时账不对，请勿自行修改，保留现场并联系学校管理员。") % len(wrong)
            )
        self.stdout.write(str(_("学时账完整。")))
