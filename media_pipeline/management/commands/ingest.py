"""`python -m lms ingest DIR --branch CODE --by NUMBER`: an archive's folder comes in."""

import signal
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.core.errors import DomainError
from media_pipeline.archive import (
    Fate,
    Import,
    Outcome,
    branch_coded,
    ensure_may_import,
    member_numbered,
    sole_import,
)
from media_pipeline.archive_files import Entry, Stamp, found_in, listed_in, stamp_of

# Below this a file's progress is its end.
TOLD_FROM_BYTES = 256 * 1024**2
SUMS = {
    Fate.NEW: gettext_lazy("导入 %(count)d 个"),
    Fate.KNOWN: gettext_lazy("早已导入 %(count)d 个"),
    Fate.SAME: gettext_lazy("与已有视频相同 %(count)d 个"),
    Fate.DELETED: gettext_lazy("导入后被删除 %(count)d 个"),
    Fate.GROWING: gettext_lazy("还在写入 %(count)d 个"),
    Fate.REFUSED: gettext_lazy("没有导入 %(count)d 个"),
}


class Command(BaseCommand):
    help = "Take in all recordings of a folder, each once; nothing in the folder is changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument(
            "--branch", required=True, help="code of the branch they will belong to"
        )
        parser.add_argument("--by", required=True, help="number of the member who brings them in")
        parser.add_argument(
            "--manifest", type=Path, help="xlsx or CSV with file, title, chapter, notes"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument(
            "--again", action="store_true", help="also take in what was deleted here since"
        )
        parser.add_argument(
            "--watch", action="store_true", help="go on looking into the folder until ended"
        )
        parser.add_argument(
            "--every", type=float, default=30, help="seconds between two looks (30)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(_("没有文件夹“%(name)s”。") % {"name": folder})
        branch = branch_coded(options["branch"])
        if branch is None:
            raise CommandError(_("没有代码为 %(code)s 的党组织。") % {"code": options["branch"]})
        by = member_numbered(options["by"])
        if by is None:
            raise CommandError(_("没有编号为 %(number)s 的人。") % {"number": options["by"]})
        work = Import(by=by, branch=branch, again=options["again"])
        try:
            ensure_may_import(by=by, branch=branch)
            if options["dry_run"]:
                self._sum_up(self._all(self._entries(options), work.judge), dry=True)
                return
            with sole_import():
                if options["watch"]:
                    self._watch(work, options)
                else:
                    self._sum_up(self._all(self._entries(options), work.take), dry=False)
        except DomainError as error:
            raise CommandError(error.message) from error
        except KeyboardInterrupt:
            raise CommandError(
                _("已中止。已导入的都算数，再运行一次会接着导入其余的。"), returncode=130
            ) from None

    def _entries(self, options: dict[str, Any]) -> list[Entry]:
        folder, manifest = options["folder"], options["manifest"]
        if manifest is None:
            return found_in(folder)
        entries = listed_in(manifest, folder)
        named = {entry.path for entry in entries}
        for other in found_in(folder):
            if other.path not in named:
                self._say(_("清单里没有：%(name)s，不导入") % {"name": other.name})
        return entries

    def _all(self, entries: list[Entry], verb: Callable[..., Outcome]) -> list[Outcome]:
        outcomes = []
        for number, entry in enumerate(entries, start=1):
            place = f"[{number}/{len(entries)}] {entry.name}"
            outcome = verb(entry, self._progress(place, entry))
            self._say(f"{place}：{outcome.words}")
            outcomes.append(outcome)
        return outcomes

    def _progress(self, place: str, entry: Entry) -> Callable[[int], None]:
        """Say every tenth of a large file."""
        stamp = stamp_of(entry.path)
        size = stamp.size_bytes if stamp else 0
        told = [0]

        def during(done: int) -> None:
            tenth = done * 10 // size if size >= TOLD_FROM_BYTES else 0
            if told[0] < tenth < 10:
                told[0] = tenth
                whole = filesizeformat(size).replace("\xa0", " ")
                self._say(f"{place}：{tenth * 10}% / {whole}")

        return during

    def _sum_up(self, outcomes: list[Outcome], *, dry: bool) -> None:
        counts = Counter(outcome.fate for outcome in outcomes)
        sums = "，".join(str(SUMS[fate]) % {"count": counts[fate]} for fate in SUMS if counts[fate])
        if not outcomes:
            sums = _("文件夹里没有录音录像。")
        self._say((_("试运行，什么都没有改变：") if dry else _("完成：")) + sums)
        errors = [outcome for outcome in outcomes if outcome.is_error]
        if errors:
            lines = [f"  {outcome.entry.name}：{outcome.words}" for outcome in errors]
            raise CommandError("\n".join([_("这些文件没有导入："), *lines]))

    def _watch(self, work: Import, options: dict[str, Any]) -> None:
        """Look again and again; a file that has not changed is not spoken of twice."""
        ended = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: ended.set())
        settled: dict[Path, tuple[Stamp | None, str]] = {}
        self._say(_("正在看着文件夹，按 Ctrl-C 结束。"))
        while not ended.is_set():
            try:
                entries = found_in(options["folder"])
                if options["manifest"] is not None:
                    entries = listed_in(options["manifest"], options["folder"])
            except DomainError as error:  # the list may be open in Excel: the next look may do
                entries = []
                self._told(settled, options["manifest"], None, error.message)
            for entry in entries:
                stamp = stamp_of(entry.path)
                if ended.is_set():
                    break
                if settled.get(entry.path, (None, ""))[0] == stamp is not None:
                    continue
                outcome = work.take(entry, self._progress(entry.name, entry))
                # What waits for room, or for its writer, is asked again at the next look.
                over = None if outcome.fate in {Fate.REFUSED, Fate.GROWING} else stamp
                words = f"{entry.name}：{outcome.words}"
                self._told(settled, entry.path, over, words)
            ended.wait(options["every"])

    def _told(
        self,
        settled: dict[Path, tuple[Stamp | None, str]],
        path: Path,
        stamp: Stamp | None,
        words: str,
    ) -> None:
        if settled.get(path, (None, ""))[1] != words:
            self._say(words)
        settled[path] = (stamp, words)

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
