"""The still pictures made beside a lecture in the same decode: poster, candidates, storyboard.

Arguments for ffmpeg and what becomes of its files. Nothing here may fail a run: without a
storyboard or a choice of posters a lecture is still one.
"""

import contextlib
from pathlib import Path

import structlog

from media_pipeline import posters, storyboard
from media_pipeline.files import replace_text
from media_pipeline.probe import MediaInfo

logger = structlog.get_logger(__name__)

JPEG = ("-c:v", "mjpeg", "-map_metadata", "-1", "-f", "image2")


def chains(info: MediaInfo, source: str) -> list[str]:
    """Filters from the pictures at `source` to [poster], [candidates] and [board]."""
    moments = posters.moments(info.picture_seconds)
    board = _board(info)
    assert board is not None, "only called where there is a picture"
    return [
        f"[{source}]split=3[forposter][forcandidates][forboard]",
        f"[forposter]select='isnan(prev_selected_t)*gte(t,{moments[0]:.3f})'[poster]",
        f"[forcandidates]select='{posters.expression(moments)}'[candidates]",
        storyboard.chain(board, "forboard", "board"),
    ]


def outputs(info: MediaInfo) -> list[str]:
    """ffmpeg's outputs for what `chains` leaves beside the poster; none for a sound."""
    if info.picture is None:
        return []
    return [
        *("-map", "[candidates]", "-fps_mode", "passthrough", "-q:v", "4", *JPEG),
        posters.CANDIDATE_NAME,
        *("-map", "[board]", "-fps_mode", "passthrough", "-q:v", "6", *JPEG),
        storyboard.SHEET_NAME,
    ]


def _board(info: MediaInfo) -> storyboard.Board | None:
    return storyboard.board_for(info.picture, info.duration_seconds)


def finish(take: Path, info: MediaInfo) -> list[posters.Candidate]:
    """Write the storyboard's index and look at the candidates; what cannot be had is left out.

    Returns the candidates that are there, in order, each with its score.
    """
    with contextlib.suppress(OSError):
        _write_index(take, info)
    moments = posters.moments(info.picture_seconds) if info.picture else ()
    found: list[posters.Candidate] = []
    for number, moment in enumerate(moments, start=1):
        try:
            score = posters.score_of(take / (posters.CANDIDATE_NAME % number))
        # Pillow's decoders raise what they like on a file that is not as it must be.
        except (OSError, ValueError, SyntaxError) as damage:
            logger.warning("no poster candidate", number=number, error=repr(damage))
            continue
        found.append(posters.Candidate(number, round(moment * 1000), score))
    return found


def _write_index(take: Path, info: MediaInfo) -> None:
    board = _board(info)
    if board is None:
        return
    there = 0
    for number in range(1, board.sheets + 1):
        if not (take / (storyboard.SHEET_NAME % number)).exists():
            break
        there = number
    if there:
        text = storyboard.index(board, there, info.duration_seconds)
        replace_text(take / storyboard.INDEX_NAME, text)
