"""What the list of exports says."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from lms.reports.exports.models import OPEN_EXPORT_STATES, Export, ExportState
from lms.reports.words import filter_text

_TONES = {ExportState.READY: "ok", ExportState.FAILED: "red", ExportState.CANCELLED: ""}


def file_name(export: Export) -> str:
    """What the file is called where it is saved."""
    return _("%(branch)s%(year)s年度学时.%(form)s") % {
        "branch": export.branch.name,
        "year": export.year,
        "form": export.form,
    }


def export_rows(exports: Iterable[Export]) -> list[dict[str, Any]]:
    """Each export with what its line says."""
    return [
        {
            "export": each,
            "title": file_name(each),
            "filters": filter_text(each.show, each.named),
            "tone": _TONES.get(ExportState(each.state), "info"),
            "state": each.get_state_display(),
            "is_open": each.state in OPEN_EXPORT_STATES,
            "is_ready": each.state == ExportState.READY,
            "is_new": each.state == ExportState.READY and each.fetched_at is None,
        }
        for each in exports
    ]
