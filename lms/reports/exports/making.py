"""One run over one export under a job's lease: the rows into a file, the file into its place."""

import tempfile
import time
from contextlib import closing
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import translation
from django.utils.translation import gettext as _

from lms.core import clock, jobs
from lms.core.errors import DomainError
from lms.core.jobs import HEARTBEAT_SECONDS, Lease
from lms.core.states import advance
from lms.members.queries import visible_branches
from lms.reports.export import board_csv, board_sheet
from lms.reports.exports.models import Export, ExportForm, ExportState
from lms.reports.filters import Show
from lms.reports.queries import BehindFirst, board_of

FOLDER = "exports"
# Writing the rows is most of the work; packing and storing them is the rest.
MOST_PERCENT_WHILE_WRITING = 95
# What one sheet holds, less the headings and notes.
MOST_ROWS_OF_A_SHEET = 1_048_000


class BranchNotVisibleError(DomainError):
    """Who asked no longer looks after the branch."""

    def __init__(self) -> None:
        super().__init__(_("您已不再负责这个党组织，不能导出它的人员。"))


class TooManyRowsError(DomainError):
    """More people than a sheet of Excel has lines."""

    def __init__(self) -> None:
        super().__init__(_("人数超过一张 Excel 表能放下的行数，请改为导出 CSV。"))


class Making:
    """Writes a file under a name of its own, made of the lease's token."""

    def __init__(self, *, export: Export, lease: Lease) -> None:
        self.export = export
        self.lease = lease
        self.name = f"{FOLDER}/{export.pk}-{lease.token.hex}.{export.form}"
        self.beaten_at = time.monotonic()

    def make(self) -> tuple[int, int]:
        """(rows, bytes) of the file, which then lies at `self.name`.

        Whether who asked may see the branch is asked again, as of now. Raises LeaseLostError.
        """
        members = self._members()
        with translation.override(self.export.language), closing(self._written(members)) as file:
            size = file.seek(0, 2)
            file.seek(0)
            jobs.beat(lease=self.lease, percent=MOST_PERCENT_WHILE_WRITING)
            self.name = default_storage.save(self.name, File(file))
        return len(members), size

    def drop(self) -> None:
        """Take away what this run has written, if anything."""
        default_storage.delete(self.name)

    def _members(self) -> BehindFirst:
        export, visible = self.export, visible_branches(self.export.by)
        if not visible.filter(pk=export.branch_id).exists():
            raise BranchNotVisibleError
        board = board_of(export.branch, export.year, clock.today(), visible=visible)
        members = BehindFirst(board, show=Show(export.show), called=export.named)
        if export.form == ExportForm.XLSX and len(members) > MOST_ROWS_OF_A_SHEET:
            raise TooManyRowsError
        return members

    def _written(self, members: BehindFirst) -> IO[bytes]:
        if self.export.form == ExportForm.XLSX:
            return board_sheet(members, during=self._progress)
        file = tempfile.TemporaryFile()  # noqa: SIM115  (the reader closes it)
        for piece in board_csv(members, during=self._progress):
            file.write(piece)
        return file

    def _progress(self, done: int, of: int) -> None:
        if time.monotonic() - self.beaten_at < HEARTBEAT_SECONDS / 2:
            return
        self.beaten_at = time.monotonic()
        percent = min(MOST_PERCENT_WHILE_WRITING, 100 * done // max(1, of))
        jobs.beat(lease=self.lease, percent=percent)
        advance(self.export, to=ExportState.RUNNING, from_=[ExportState.RUNNING], percent=percent)
