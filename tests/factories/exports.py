"""Files of boards for tests, asked for by the service."""

from typing import Any

from lms.core import clock
from lms.members.models import Branch, Member
from lms.reports.exports.models import Export, ExportForm
from lms.reports.exports.services import request_export


def make_export(branch: Branch, *, by: Member, **fields: Any) -> Export:
    """One that waits to be made."""
    asked = {"year": clock.today().year, "form": ExportForm.XLSX, **fields}
    return request_export(by=by, branch=branch, **asked)
