"""A lecture gets another content: cut, or from another file; compared, shown, and taken back.

The new content is made as a lecture of its own, so that nothing of its making can get stuck.
Shown, the two rows exchange everything but their keys and titles. Files lie under both names
before the rows are written (as links, never copies), so there is no moment at which a row names
what is not there; whoever watches the old content goes on until the sweep.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.errors import DomainError
from lms.core.states import StateMovedError, advance, advance_or_raise
from lms.members.models import Member
from media_pipeline import edit_companions, edit_registry, editing, files, keys, originals, queries
from media_pipeline.editing import EditFlawError, Mapping, Span
from media_pipeline.errors import NotYourLectureError
from media_pipeline.models import (
    Asset,
    AssetState,
    Piece,
    Rendition,
    Replacement,
    ReplacementState,
)
from media_pipeline.rules import can_handle_asset
from media_pipeline.services import cancel_asset, queue
from media_pipeline.signals import asset_replaced
from media_pipeline.transcoding import Source
from media_pipeline.words import flaw_words

# A worker that is told to stop has stopped by then.
DISCARDED_FOR = dt.timedelta(minutes=10)
# What the two rows exchange.
CONTENT = (
    *("original_name", "size_bytes", "sha256", "duration_ms", "width", "height", "has_sound"),
    *("facts", "edits", "take", "making", "playable_at", "ready_at"),
)


class EditRefusedError(DomainError):
    """The cuts or the file cannot be taken; the message says why."""


# --- Another content is begun ---------------------------------------------------------------------


def ensure_replaceable(*, asset: Asset, by: Member) -> None:
    """Raise DomainError unless another content may be made for this lecture now."""
    if not can_handle_asset(by, asset):
        raise NotYourLectureError
    if hasattr(asset, "replacing"):
        raise EditRefusedError(_("这是另一个视频的新版本，请先替换或放弃它。"))
    if not asset.is_ready or queries.has_open_work(asset):
        raise EditRefusedError(_("视频还在处理，请等处理完成后再剪辑或替换。"))
    if queries.open_replacement(asset) is not None:
        raise EditRefusedError(_("这个视频已有一个新版本待确认，请先替换或放弃它。"))


def begin_edit(*, asset: Asset, by: Member, cuts: Iterable[Span]) -> Replacement:
    """Have the lecture made once more without the `cuts`, in milliseconds of what is shown.

    The file stays as it is: what was cut out can be had again as long as the lecture is there.
    """
    ensure_replaceable(asset=asset, by=by)
    if not asset.facts or not originals.exists(asset.source_key):
        raise EditRefusedError(_("原文件已不在服务器上，无法剪辑。请用“替换文件”上传剪好的视频。"))
    try:
        kept = editing.kept_after(cuts, asset.duration_ms)
    except EditFlawError as error:
        raise EditRefusedError(flaw_words(error.flaw, error.at_ms)) from error
    plans = Source(asset).plans
    kept = editing.on_pictures(kept, plans[-1].frame_rate if plans else None)
    shown = editing.as_kept(asset.edits)
    successor_id = uuid.uuid4()
    originals.share(asset.source_key, successor_id)
    with transaction.atomic():
        successor = Asset.objects.create(
            id=successor_id,
            title=_edited_title(asset),
            original_name=asset.original_name,
            owner_branch=asset.owner_branch,
            uploaded_by=by,
            state=AssetState.PROBED,
            size_bytes=asset.size_bytes,
            sha256=asset.sha256,
            duration_ms=editing.length_of(kept),
            width=asset.width,
            height=asset.height,
            has_sound=asset.has_sound,
            facts=asset.facts,
            is_internal=asset.is_internal,
            edits=[list(span) for span in editing.of_source(shown, kept)],
            created_at=clock.now(),
        )
        replacement = _offer(asset, successor, by, editing.mapping_of(kept), is_edit=True)
        queue(successor)
    return replacement


def _edited_title(asset: Asset) -> str:
    return _("%(title)s（新版本）") % {"title": asset.title[:190]}


def offer_file(*, asset: Asset, successor: Asset, by: Member) -> Replacement | None:
    """An uploaded file is to be another content of `asset`; None if meanwhile another one is."""
    if queries.open_replacement(asset) is not None:
        return None  # two uploads at once: this one is a lecture of its own
    Asset.objects.filter(pk=successor.pk).update(title=_edited_title(asset))
    return _offer(asset, successor, by, (), is_edit=False)


def _offer(
    asset: Asset, successor: Asset, by: Member, mapping: Mapping, *, is_edit: bool
) -> Replacement:
    with transaction.atomic():
        queries.locked(asset)
        if queries.open_replacement(asset) is not None:
            raise EditRefusedError(_("这个视频已有一个新版本待确认，请先替换或放弃它。"))
        return Replacement.objects.create(
            asset=asset,
            successor=successor,
            is_edit=is_edit,
            mapping=editing.as_lists(mapping),
            made_by=by,
            created_at=clock.now(),
        )


# --- Compared -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Match:
    """What the editor says of another file: `how` is one of the keys of MATCHES.

    "shifted": what was shown at `from_ms` is at `at_ms` of the new file, and so on to the end.
    """

    how: str = ""
    from_ms: int = 0
    at_ms: int = 0


MATCHES = ("same", "shifted", "different")


def mapping_for(replacement: Replacement, match: Match | None = None) -> Mapping | None:
    """Where moments of what is shown lie in the new content; None if the editor must say."""
    successor = replacement.successor
    if successor is None:
        return ()
    if replacement.is_edit:
        return editing.within(editing.as_mapping(replacement.mapping), successor.duration_ms)
    if match is None or match.how not in MATCHES:
        return None
    if match.how == "different":
        return ()
    before, after = replacement.asset.duration_ms, successor.duration_ms
    if match.how == "same":
        return editing.same(before, after)
    if not (0 <= match.from_ms < before and 0 <= match.at_ms < after):
        raise EditRefusedError(_("起点超出了视频的长度，请检查两个时间。"))
    return editing.same(before, after, from_ms=match.from_ms, at_ms=match.at_ms)


def consequences(replacement: Replacement, mapping: Mapping) -> list[str]:
    """What replacing would change, in sentences for the editor."""
    successor = replacement.successor
    assert successor is not None
    said = edit_registry.consequences(replacement.asset_id, mapping, successor.duration_ms)
    said += edit_companions.consequences(replacement.asset, successor, mapping)
    return said


# --- Shown, and taken back ------------------------------------------------------------------------


def show_successor(*, replacement: Replacement, by: Member, match: Match | None = None) -> None:
    """Show the new content in the lecture's place; keys, courses and progress stay."""
    _ensure_own(replacement, by)
    mapping = mapping_for(replacement, match)
    if mapping is None:
        raise EditRefusedError(_("请先选择新旧两个视频的内容怎样对应。"))
    now = clock.now()
    shared = _share_files(replacement)
    with transaction.atomic():
        asset, successor = both_rows(replacement)
        _ensure_shared(shared, asset, successor)
        if asset.is_internal != successor.is_internal:
            raise EditRefusedError(
                _("两个版本的“内部资料”设置不同。请在新版本的页面改成一样，再替换。")
            )
        if not successor.is_ready or queries.has_open_work(successor):
            raise EditRefusedError(_("新版本还没有处理完成，请稍后再替换。"))
        if not asset.is_ready or queries.has_open_work(asset):
            raise EditRefusedError(_("视频还在处理，请等处理完成后再剪辑或替换。"))
        advance_or_raise(
            replacement,
            to=ReplacementState.SHOWN,
            from_=[ReplacementState.OPEN],
            mapping=editing.as_lists(mapping),
            shown_at=now,
            kept_until=now + dt.timedelta(days=settings.MEDIA_REPLACED_DAYS),
            message=_("这个新版本已经替换或放弃，请刷新页面。"),
        )
        edit_companions.move(asset, successor, mapping, by=by)
        _exchange(asset, successor)
        _announce(replacement, asset, mapping, is_undo=False)


def undo_replacement(*, replacement: Replacement, by: Member) -> None:
    """Show again what was shown before; the new content waits to be compared, as it did."""
    _ensure_own(replacement, by)
    shared = _share_files(replacement)
    with transaction.atomic():
        asset, successor = both_rows(replacement)
        _ensure_shared(shared, asset, successor)
        last = queries.last_replacement(asset)
        if last is None or last.pk != replacement.pk:
            raise EditRefusedError(_("之后又有新的版本，请先处理最新的一个。"))
        if not asset.is_ready or queries.has_open_work(asset):
            raise EditRefusedError(_("视频还在处理，请等处理完成后再撤销。"))
        advance_or_raise(
            replacement,
            to=ReplacementState.OPEN,
            from_=[ReplacementState.SHOWN],
            shown_at=None,
            kept_until=None,
            message=_("原来的内容已经清理，无法撤销。"),
        )
        edit_companions.move_back(asset, successor, by=by)
        _exchange(asset, successor)
        back = editing.inverse(editing.as_mapping(replacement.mapping))
        _announce(replacement, asset, back, is_undo=True)


def discard_replacement(*, replacement: Replacement, by: Member) -> None:
    """Give a new content up that is not shown: its work stops, its files go."""
    _ensure_own(replacement, by)
    with transaction.atomic():
        advance_or_raise(
            replacement,
            to=ReplacementState.DISCARDED,
            from_=[ReplacementState.OPEN],
            kept_until=clock.now() + DISCARDED_FOR,
            message=_("这个新版本已经替换或放弃，请刷新页面。"),
        )
    successor = replacement.successor
    if successor is not None:
        with suppress(StateMovedError):  # nothing was being done
            cancel_asset(asset=successor, by=by)


def _ensure_own(replacement: Replacement, by: Member) -> None:
    if not can_handle_asset(by, replacement.asset):
        raise NotYourLectureError


def both_rows(replacement: Replacement) -> tuple[Asset, Asset]:
    """The two lectures as they are now, their rows held, always in the same order."""
    wanted = [key for key in (replacement.asset_id, replacement.successor_id) if key]
    rows = {
        row.pk: row
        for row in Asset.objects.select_for_update().filter(pk__in=wanted).order_by("created_at")
    }
    if replacement.successor_id is None or len(rows) < len(wanted):
        raise StateMovedError(_("原来的内容已经清理，无法撤销。"))
    return rows[replacement.asset_id], rows[replacement.successor_id]


def _share_files(replacement: Replacement) -> set[str]:
    """Both takes under both names, before any row is held: a bucket may take its time."""
    both = Q(pk=replacement.asset_id) | Q(pk=replacement.successor_id)
    rows = list(Asset.objects.filter(both))
    for row, other in (rows, reversed(rows)) if len(rows) == 2 else ():
        if row.take:
            files.share_take(row.pk, row.take, other.pk)
            keys.share_key(asset=row, take=row.take, other=other)
    return {row.take for row in rows}


def _ensure_shared(shared: set[str], asset: Asset, successor: Asset) -> None:
    """The takes are still those whose files were shared."""
    if {asset.take, successor.take} != shared:
        raise StateMovedError(_("视频刚刚又处理过一次，请刷新页面后再试。"))


def _exchange(asset: Asset, successor: Asset) -> None:
    """The two rows exchange their contents; the files lie under both names already."""
    before = {
        row.pk: {**{name: getattr(row, name) for name in CONTENT}, "source": row.source_key}
        for row in (asset, successor)
    }
    for row, other in ((asset, successor), (successor, asset)):
        values = dict(before[other.pk])
        values["source"] = None if values["source"] == row.pk else values["source"]
        advance(row, to=row.state, from_=[row.state], **values)
    both = {asset.pk: successor.pk, successor.pk: asset.pk}
    whens = [When(asset_id=old, then=Value(new)) for old, new in both.items()]
    for model in (Rendition, Piece):
        rows: Any = model._default_manager.filter(asset_id__in=both)
        rows.update(asset_id=Case(*whens, default=F("asset_id")))


def _announce(replacement: Replacement, asset: Asset, mapping: Mapping, *, is_undo: bool) -> None:
    asset_replaced.send(
        sender=Asset,
        asset_id=asset.pk,
        replacement_id=replacement.pk,
        mapping=mapping,
        duration_ms=asset.duration_ms,
        is_undo=is_undo,
    )
