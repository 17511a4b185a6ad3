"""`python -m lms verify-ledger`: is every entry of the ledger as it was posted?"""  # noqa: N999

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exams.closing import kept_heads
from exams.closing import queries as closings
from exams.closing.export import digest, lines
from exams.corrections.answer_chain import first_altered
from exams.corrections.queries import answer_chains
from exams.credit import queries
from exams.credit.rebuild import Doubt, doubt
from exams.credit.totals import differences
from exams.credit.verification import Fault, Finding, Tally, findings
from lms.members.models import Branch

WORDS = {
    Fault.ALTERED: _("第%(seq)s条（编号%(id)s）被改动过"),
    Fault.MISSING: _("第%(seq)s条不见了"),
    Fault.REORDERED: _("第%(seq)s条（编号%(id)s）与前一条接不上"),
    Fault.TRUNCATED: _("末尾与账首不符，从第%(seq)s条起不对"),
}
DOUBTS = {
    Doubt.REQUIRED: _("应看的时长算出来不同"),
    Doubt.COVERED: _("看过的部分与各次学习不符"),
    Doubt.VERIFIED: _("核实的时长多于各次学习所能证明的"),
    Doubt.WALL: _("实际用时多于各次学习所能证明的"),
    Doubt.INCOMPLETE: _("各次学习加起来不够完成这一讲"),
    Doubt.HOURS: _("学时不是这一讲公布的学时"),
}


class Command(BaseCommand):
    help = "Check the hash chains of the study-hour ledger; ends with 1 if anything is wrong."
    requires_system_checks: list[str] = []  # noqa: RUF012  (Django's own way)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--branch", metavar="CODE", help="only who belongs to it or below")
        parser.add_argument("--export", metavar="FILE", type=Path, help="write where chains end")
        parser.add_argument(
            "--against", metavar="FILE", type=Path, help="a file of --export or of a closed year"
        )
        parser.add_argument(
            "--rebuild", action="store_true", help="work lessons out again from their evidence"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        within = self._path(options["branch"])
        started = time.monotonic()
        tally = Tally()
        with transaction.atomic():
            found = list(findings(queries.chain_links(within), tally))
        found += [
            Finding(head.member_id, 1, None, Fault.TRUNCATED)
            for head in queries.heads_without_entries(within)
        ]
        seconds = time.monotonic() - started
        names = queries.member_names([finding.member_id for finding in found])
        for finding in found:
            said = WORDS[finding.fault] % {"seq": finding.member_seq, "id": finding.entry_id}
            self.stdout.write(f"{names.get(finding.member_id, finding.member_id)}: {said}")
        wrong = len(found)
        if not within:
            wrong += self._closings() + self._answers()
        if options["rebuild"]:
            wrong += self._rebuild()
        if options["against"]:
            wrong += self._against(options["against"])
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
        if options["export"]:
            self._export(options["export"], within)
        if wrong:
            raise CommandError(_("有%s处不对，请勿自行修改，保留现场并联系学校管理员。") % wrong)
        self.stdout.write(str(_("学时账完整。")))

    def _path(self, code: str | None) -> str:
        if code is None:
            return ""
        path = Branch.objects.filter(code=code).values_list("path", flat=True).first()
        if path is None:
            raise CommandError(_("没有组织代码 %s，请核对后再试。") % code)
        return path

    def _closings(self) -> int:
        """Closed years whose rows are not those of their hash, or of no chain of today."""
        wrong = 0
        for closing in closings.all_closings():
            written = lines(closings.head_of(closing), closings.people_of(closing))
            if digest(written) != closing.digest:
                self.stdout.write(str(_("%s: 年度结账被改动过") % closing))
                wrong += 1
            for row in closings.heads_not_in_ledger(closing):
                self.stdout.write(
                    _("%(closing)s: %(number)s 结账时的第%(seq)s条在今天的账里对不上")
                    % {"closing": closing, "number": row.number, "seq": row.seq}
                )
                wrong += 1
        return wrong

    def _answers(self) -> int:
        """Appeals in which something said was changed."""
        wrong = 0
        for appeal_id, answers in answer_chains():
            at = first_altered(answers)
            if at is not None:
                self.stdout.write(
                    _("申诉%(appeal)s: 第%(at)s条答复被改动过") % {"appeal": appeal_id, "at": at}
                )
                wrong += 1
        return wrong

    def _rebuild(self) -> int:
        """Lessons' entries that their evidence does not bear out, and sums not of the ledger."""
        wrong = checked = 0
        with transaction.atomic():
            for entry_id, number, seq, hours, evidence in queries.lesson_entries():
                checked += 1
                why = doubt(evidence, hours)
                if why is not None:
                    self.stdout.write(f"{number}: {_name(seq, entry_id)}{DOUBTS[why]}")
                    wrong += 1
        for difference in differences():
            self.stdout.write(
                _("党员%(member)s %(year)s年度: 合计记为%(kept)s，按账应为%(ledger)s")
                % {
                    "member": difference.member_id,
                    "year": difference.year,
                    "kept": difference.kept,
                    "ledger": difference.in_ledger,
                }
            )
            wrong += 1
        self.stdout.write(str(_("已由依据重算%s条课程学时。") % checked))
        return wrong

    def _against(self, file: Path) -> int:
        """Chains that no longer begin as a kept file says."""
        try:
            kept = kept_heads.read(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(_("读不了文件 %s，请使用导出的原件。") % file) from error
        wrong = 0
        for code in kept.broken:
            self.stdout.write(str(_("文件中组织 %s 的指纹与名单不符，文件本身被改动过") % code))
            wrong += 1
        wanted = {(head.number, head.seq): head.hash for head in kept.heads if head.seq}
        for number, seq in queries.not_in_chains(wanted):
            self.stdout.write(
                _("%(number)s: 留存的第%(seq)s条在今天的账里对不上")
                % {"number": number, "seq": seq}
            )
            wrong += 1
        self.stdout.write(str(_("已与留存文件核对%s名党员。") % len(kept.heads)))
        return wrong

    def _export(self, file: Path, within: str) -> None:
        heads = [kept_heads.KeptHead(*row) for row in queries.heads_by_branch(within)]
        file.write_text("".join(kept_heads.lines(heads)), encoding="utf-8", newline="")
        self.stdout.write(str(_("账首已写入 %s，请交校外保存。") % file))


def _name(seq: int, entry_id: int) -> str:
    return _("第%(seq)s条（编号%(id)s）：") % {"seq": seq, "id": entry_id}
