"""Lectures for tests: real little recordings by ffmpeg, and rows that stand for finished ones."""

import datetime as dt
import subprocess
import uuid
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from lms.core import clock, jobs
from lms.members.models import Branch, Member
from media_pipeline import ffmpeg, files
from media_pipeline.captions import Cue
from media_pipeline.models import (
    Asset,
    AssetState,
    CaptionCopy,
    CaptionLanguage,
    CaptionTrack,
    Piece,
    PieceState,
    Rendition,
    RenditionState,
)
from media_pipeline.probe import MediaInfo
from media_pipeline.queries import FIRST_JOB
from media_pipeline.spoken_search import grams_of

# What the probe says of three minutes of 720p.
FACTS = MediaInfo(
    format_name="mov,mp4,m4a,3gp,3g2,mj2",
    video_index=0,
    video_codec="h264",
    width=1280,
    height=720,
    average_rate=Fraction(25),
    rate_is_constant=True,
    duration_seconds=180.0,
    picture_seconds=180.0,
    sound_index=1,
).as_facts()


def make_recording(
    path: Path,
    *,
    seconds: float = 3,
    size: str = "640x480",
    rate: str = "25",
    sound: str | None = "sine=frequency=440:sample_rate=48000",
    options: Sequence[str] = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"),
    picture: str = "testsrc2",
) -> Path:
    """A moving test picture with a tone, in the container `path`'s suffix names."""
    inputs = ["-f", "lavfi", "-i", f"{picture}=size={size}:rate={rate}:duration={seconds}"]
    if sound is not None:
        inputs += ["-f", "lavfi", "-i", f"{sound}:duration={seconds}"]
    run_ffmpeg(*inputs, "-pix_fmt", "yuv420p", *options, path)
    return path


def run_ffmpeg(*arguments: str | Path) -> None:
    """Our own ffmpeg without its limits, to make material with."""
    subprocess.run(
        [ffmpeg.binary(), "-nostdin", "-loglevel", "error", "-y", *map(str, arguments)],
        check=True,
    )


def make_asset(
    *, branch: Branch, by: Member, state: str = AssetState.READY, **fields: Any
) -> Asset:
    """A lecture's row, by default a ready one of three minutes, without files."""
    now = clock.now()
    ready = state == AssetState.READY
    return Asset.objects.create(
        **{
            "title": "讲课视频",
            "original_name": "讲课视频.mp4",
            "owner_branch": branch,
            "uploaded_by": by,
            "state": state,
            "percent": 100 if ready else 0,
            "reason": "视频画面无法解码。" if state == AssetState.FAILED else "",
            "size_bytes": 1_000_000,
            "duration_ms": 180_000,
            "width": 1280,
            "height": 720,
            "has_sound": True,
            "take": (take := uuid.uuid4().hex if ready else ""),
            "making": take,
            "playable_at": now if ready else None,
            "ready_at": now if ready else None,
            "created_at": now,
            **fields,
        }
    )


def make_take(asset: Asset, content: dict[str, bytes]) -> Path:
    """Files in a lecture's take, by relative name; returns the take's folder."""
    folder = files.take_folder(asset.pk, asset.take)
    for name, data in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def make_captions(
    asset: Asset,
    *cues: tuple[int, int, str],
    language: str = CaptionLanguage.CHINESE,
    by: Member | None = None,
) -> CaptionTrack:
    """A lecture's captions, by default one cue in Chinese, brought by its uploader."""
    said = cues or [(0, 2000, "同志们好。")]
    return CaptionTrack.objects.create(
        asset=asset,
        language=language,
        cues=[list(cue) for cue in said],
        grams=grams_of(Cue(*cue) for cue in said),
        changed_by=by or asset.uploaded_by,
        changed_at=clock.now(),
    )


def make_caption_copy(asset: Asset, *cues: tuple[int, int, str]) -> CaptionCopy:
    """A version of a lecture's captions that was kept, by default one cue in Chinese."""
    return CaptionCopy.objects.create(
        asset=asset,
        language=CaptionLanguage.CHINESE,
        cues=[list(cue) for cue in cues or [(0, 1000, "从前的。")]],
        by=asset.uploaded_by,
        kept_at=clock.now(),
    )


def make_rendition(asset: Asset, **fields: Any) -> Rendition:
    """One finished size of a lecture, in the take that is shown."""
    return Rendition.objects.create(
        **{
            "asset": asset,
            "take": asset.take,
            "name": "360p",
            "state": RenditionState.READY,
            "folder": "0123abcd/360p",
            "width": 640,
            "height": 360,
            "frame_rate": 25.0,
            "codecs": "avc1.4d401e,mp4a.40.2",
            "peak_bandwidth": 600_000,
            "average_bandwidth": 400_000,
            "segments": 45,
            "size_bytes": 9_000_000,
            **fields,
        }
    )


def make_piece(asset: Asset, *, state: str = PieceState.RUNNING, **fields: Any) -> Piece:
    """What one run makes of a lecture, by default of the whole of it, with its job."""
    piece = Piece.objects.create(
        **{
            "asset": asset,
            "take": asset.making,
            "names": ["240p", "sound"],
            "weight": 1000,
            "state": state,
            "created_at": clock.now(),
            "started_at": clock.now() - dt.timedelta(seconds=60),
            **fields,
        }
    )
    jobs.open_job(kind=FIRST_JOB, subject_id=str(piece.pk))
    return piece
