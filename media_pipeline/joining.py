"""Putting takes behind each other that were not recorded alike: some from OBS, some sound alone.

Files can only be joined as they are where all have the same tracks in the same codecs. Of a class
that changed between sources each take is made even first: a picture in H.264, a sound in AAC; the
picture itself stays as it is wherever it can.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from media_pipeline import ffmpeg, remuxing

# What is shown while a class was sound alone: still, and dark as the stage is.
STILL = "drawbox=color=0x14100e:t=fill"


@dataclass(frozen=True, slots=True)
class Source:
    """What one recorder sent, and of which type it said it was."""

    path: Path
    mime: str

    @property
    def has_picture(self) -> bool:
        return not self.mime.startswith("audio/")


def is_alike(sources: Sequence[Source]) -> bool:
    """Whether all were recorded by the same kind of recorder; pure."""
    return len({source.mime for source in sources}) <= 1


def join_takes(sources: Sequence[Source], target: Path, *, during: Callable[[], None]) -> None:
    """Join what was recorded into one Matroska file; `during` as for `remuxing.join`.

    Raises TranscodeFailedError.
    """
    if is_alike(sources):
        remuxing.join([source.path for source in sources], target, during=during)
        return
    has_picture = any(source.has_picture for source in sources)
    made: list[Path] = []
    try:
        for number, source in enumerate(sources):
            even = target.with_name(f"{target.stem}-{number}.mkv")
            made.append(even)
            _even_out(source, even, has_picture=has_picture, during=during)
        remuxing.join(made, target, during=during)
    finally:
        for even in made:
            even.unlink(missing_ok=True)


def even_arguments(source: Source, target: Path, *, has_picture: bool) -> list[str]:
    """ffmpeg's arguments for one take; pure."""
    sound = ["-map", "0:a:0?", "-af", "aresample=async=1"]
    if not has_picture:
        picture = ["-vn"]
    elif not source.has_picture:
        # Drawn from the sound itself, so that it lasts exactly as long.
        graph = f"[0:a:0]aresample=async=1,asplit[s][w];[w]showwaves=s=640x360:r=25,{STILL}[v]"
        sound = ["-map", "[s]"]
        picture = [
            *("-filter_complex", graph, "-map", "[v]", "-c:v", "libx264"),
            *("-preset", "ultrafast", "-tune", "stillimage", "-pix_fmt", "yuv420p"),
        ]
    elif remuxing.is_passed_through(source.mime):
        picture = ["-map", "0:v:0", "-c:v", "copy"]
    else:
        picture = [
            *("-map", "0:v:0", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20"),
            *("-pix_fmt", "yuv420p"),
        ]
    return [
        *("-nostdin", "-hide_banner", "-loglevel", "warning", "-y"),
        *("-progress", "pipe:1", "-stats_period", "0.5", "-protocol_whitelist", "file"),
        *("-fflags", "+genpts", "-i", str(source.path), *picture),
        *(*sound, "-c:a", "aac", "-b:a", "128k", "-ar", "48000", "-ac", "2"),
        *("-map_metadata", "-1", "-f", "matroska", str(target)),
    ]


def _even_out(
    source: Source, target: Path, *, has_picture: bool, during: Callable[[], None]
) -> None:
    ffmpeg.run(
        [ffmpeg.binary(), *even_arguments(source, target, has_picture=has_picture)],
        limits=remuxing.JOIN_LIMITS,
        wall_seconds=remuxing.JOIN_SECONDS,
        cwd=target.parent,
        on_progress=lambda progress: during(),
    )
