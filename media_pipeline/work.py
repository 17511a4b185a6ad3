"""The board of work on lectures: what runs, what waits, what has failed, and what it needs."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lms.core import on_air
from lms.core.design.texts import clock
from lms.core.models import Job
from media_pipeline import files, pace, queries
from media_pipeline.ladder import SOUND_NAME
from media_pipeline.models import Asset, Piece, PieceState, Rendition
from media_pipeline.transcoding import Source

SHOWN = 50


@dataclass(frozen=True)
class Line:
    """A piece as the board shows it."""

    piece: Piece
    sizes: str
    stretch: str
    speed: float | None
    left_ms: float | None
    attempt: int
    log_tail: str


@dataclass(frozen=True)
class Board:
    """What the board shows one person; counts of what waits are the whole school's."""

    running: list[Line]
    waiting: list[Line]
    more_waiting: int
    failed_assets: list[Asset]
    failed_renditions: list[Rendition]
    all_left_ms: float | None
    needed_bytes: int
    free_bytes: int
    is_on_air: bool

    @property
    def is_short_of_room(self) -> bool:
        """Whether what is to be made will not fit on the disk."""
        return self.needed_bytes > self.free_bytes

    @property
    def failed(self) -> int:
        return len(self.failed_assets) + len(self.failed_renditions)


def board(by: Any, *, now: dt.datetime) -> Board:
    """The work on the lectures `by` looks after, as it stands at `now`."""
    pieces = list(queries.open_pieces())
    at_work = {piece.asset_id for piece in pieces}
    visible = queries.visible_assets(by).filter(pk__in=at_work).order_by()
    own = set(visible.values_list("pk", flat=True))
    last_jobs = queries.jobs_of_pieces(pieces)
    lines = [
        _line(piece, last_jobs.get(piece.pk), now) for piece in pieces if piece.asset_id in own
    ]
    waiting = [line for line in lines if line.piece.state == PieceState.WAITING]
    running = [piece for piece in pieces if piece.state == PieceState.RUNNING]
    return Board(
        running=[line for line in lines if line.piece.state == PieceState.RUNNING],
        waiting=waiting[:SHOWN],
        more_waiting=max(0, len(waiting) - SHOWN),
        failed_assets=list(queries.failed_assets(by)[:SHOWN]),
        failed_renditions=list(queries.failed_renditions(by)[:SHOWN]),
        all_left_ms=_milliseconds(
            pace.all_left(
                [_going(piece) for piece in running],
                [piece.weight for piece in pieces if piece.state == PieceState.WAITING],
                now,
            )
        ),
        needed_bytes=sum(_needed(piece) for piece in pieces),
        free_bytes=files.free_bytes(),
        is_on_air=on_air.is_on_air(),
    )


def _milliseconds(length: dt.timedelta | None) -> float | None:
    return None if length is None else 1000 * length.total_seconds()


def _going(piece: Piece) -> pace.Going:
    assert piece.started_at is not None
    return pace.Going(piece.weight, piece.percent, piece.started_at)


def _needed(piece: Piece) -> int:
    source = Source(piece.asset)
    whole = source.most_bytes(piece.names, source.span_of(piece))
    return whole * (100 - piece.percent) // 100


def _line(piece: Piece, job: Job | None, now: dt.datetime) -> Line:
    source = Source(piece.asset)
    span = source.span_of(piece)
    seconds, begins = source.info.duration_seconds, 0.0
    if span is not None:
        rate = source.plans[-1].frame_rate
        seconds, begins = float(span.frames / rate), float(span.first_frame / rate)
    speed = left = None
    if piece.started_at is not None and piece.state == PieceState.RUNNING:
        speed = pace.speed(seconds, piece.percent, now - piece.started_at)
        left = _going(piece).left(now)
    return Line(
        piece=piece,
        sizes="、".join(_("只有声音") if name == SOUND_NAME else name for name in piece.names),
        stretch=""
        if span is None
        else f"{clock(1000 * begins)}–{clock(1000 * (begins + seconds))}",
        speed=speed,
        left_ms=_milliseconds(left),
        attempt=job.attempt if job else 0,
        log_tail=job.log_tail if job else "",
    )
