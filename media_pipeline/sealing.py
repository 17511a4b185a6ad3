"""A finished take in a folder becomes an encrypted one, and the other way round.

In place, and before any row names the take: one half-done is one nobody is shown.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from media_pipeline import command, encryption, ffmpeg, files, packaging
from media_pipeline.processes import Limits
from media_pipeline.storage import nothing

JOINED_NAME = ".joined.mp4"


def seal_take(folder: Path, *, key: bytes, during: Callable[[], None] = nothing) -> None:
    """Encrypt every rendition. The progressive file goes: one file can carry no key."""
    for index in sorted(folder.rglob(command.INDEX_NAME)):
        seal_rendition(index.parent, key=key, take=folder, during=during)
    _change_master(folder, sign=1)
    (folder / command.PROGRESSIVE_NAME).unlink(missing_ok=True)


def seal_rendition(
    rendition: Path, *, key: bytes, take: Path | None = None, during: Callable[[], None] = nothing
) -> None:
    """Encrypt one rendition of `take`, by default of the folder two above it."""
    depth = 2 if take is None else len(rendition.relative_to(take).parts)
    index = rendition / command.INDEX_NAME
    vector = os.urandom(16)
    _change_all(rendition, encryption.encrypted, key, vector, during)
    text = encryption.with_keys(
        index.read_text("utf-8"), init_vector=vector, address=f"{'../' * depth}key"
    )
    packaging.replace_text(index, text)


def opened_parts(rendition: Path, *, key: bytes) -> Iterator[bytes]:
    """The init segment and the segments of an encrypted rendition, in order, as they were."""
    _text, vector = encryption.without_keys((rendition / command.INDEX_NAME).read_text("utf-8"))
    segments = [name for name, _seconds in packaging.listed_segments(rendition)]
    vectors = [vector, *map(encryption.numbered_vector, range(len(segments)))]
    for name, one in zip([command.INIT_NAME, *segments], vectors, strict=True):
        yield encryption.decrypted((rendition / name).read_bytes(), key=key, vector=one)


def open_take(
    folder: Path, *, key: bytes, progressive: str, during: Callable[[], None] = nothing
) -> None:
    """Decrypt every rendition, and make the progressive file of the one in `progressive`."""
    for index in sorted(folder.rglob(command.INDEX_NAME)):
        text, vector = encryption.without_keys(index.read_text("utf-8"))
        _change_all(index.parent, encryption.decrypted, key, vector, during)
        packaging.replace_text(index, text)
    _change_master(folder, sign=-1)
    _make_progressive(folder, progressive, during)


def _change_all(
    rendition: Path,
    change: Callable[..., bytes],
    key: bytes,
    init_vector: bytes,
    during: Callable[[], None],
) -> None:
    """Write every file of a rendition anew, each by its own vector."""
    segments = [name for name, _seconds in packaging.listed_segments(rendition)]
    vectors = [init_vector, *map(encryption.numbered_vector, range(len(segments)))]
    for name, vector in zip([command.INIT_NAME, *segments], vectors, strict=True):
        path = rendition / name
        part = path.with_name(f".{name}.part")
        part.write_bytes(change(path.read_bytes(), key=key, vector=vector))
        part.replace(path)
        during()


def _change_master(folder: Path, *, sign: int) -> None:
    master = folder / packaging.MASTER_NAME
    text = master.read_text("utf-8")
    packaging.replace_text(master, encryption.with_padding(text, sign=sign))


def _make_progressive(folder: Path, name: str, during: Callable[[], None]) -> None:
    """The rendition's segments as one file, without encoding anything again."""
    joined = folder / JOINED_NAME
    rendition = folder / name
    try:
        names = [command.INIT_NAME, *(one for one, _s in packaging.listed_segments(rendition))]
        files.concatenate([rendition / one for one in names], joined)
        ffmpeg.run(
            [ffmpeg.binary(), *command.progressive_arguments(joined)],
            limits=Limits(
                memory_bytes=1_000_000_000, cpu_seconds=600, file_bytes=8 * 1024**3, nice=5
            ),
            wall_seconds=1200,
            cwd=folder,
            on_progress=lambda progress: during(),
        )
    finally:
        joined.unlink(missing_ok=True)
