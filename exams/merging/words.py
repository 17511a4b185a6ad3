"""How the entries of a merge are explained."""

from decimal import Decimal

from django.utils.translation import gettext as _

from exams.credit.models import StudyHourEntry
from lms.core.design.texts import figure


def merge_sentences(entry: StudyHourEntry) -> list[str]:
    """What a merge of records, or its undoing, has to do with this entry; empty if nothing."""
    said = entry.evidence.get("merge")
    if not said:
        return []
    words = {
        "kept": said["kept"]["number"],
        "lost": said["lost"]["number"],
        "hours": figure(Decimal(said["hours"])),
        "by": said["proposed_by"]["name"],
        "second": said["confirmed_by"]["name"],
    }
    return [_what(entry, said.get("undoes"), said.get("carried"), words), _signed(words)]


def _what(
    entry: StudyHourEntry, undoes: int | None, carried: dict[str, str] | None, words: dict[str, str]
) -> str:
    if undoes and entry.reverses_id:
        return _("编号 %(lost)s 与 %(kept)s 的合并已撤销，转入的这一条退回原编号。") % words
    if undoes:
        return _("编号 %(lost)s 与 %(kept)s 的合并已撤销，这一条恢复到原编号名下。") % words
    if carried is not None:
        words |= {"carried": figure(Decimal(carried["hours"]))}
        return (
            _("编号 %(lost)s 的记录已并入 %(kept)s，这一条转到那里，记 %(carried)s 学时。") % words
        )
    return _("这一条原在编号 %(lost)s 名下，记 %(hours)s 学时；两份记录合并时转入。") % words


def _signed(words: dict[str, str]) -> str:
    return _("%(by)s提出，%(second)s确认。") % words
