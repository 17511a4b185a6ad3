"""Files nobody should have to process: made small, when a test asks for them."""

import random
from pathlib import Path

from tests.factories.media import make_recording, run_ffmpeg

SOUND_OPTIONS = ("-c:a", "aac")


def zero_bytes(folder: Path) -> Path:
    path = folder / "空.mp4"
    path.touch()
    return path


def noise(folder: Path) -> Path:
    path = folder / "noise.mp4"
    path.write_bytes(random.Random(7).randbytes(200_000))
    return path


def plain_text(folder: Path) -> Path:
    path = folder / "讲稿.mp4"
    path.write_text("这不是视频。\n" * 2000, encoding="utf-8")
    return path


def sound_only(folder: Path) -> Path:
    path = folder / "sound.mp4"
    run_ffmpeg("-f", "lavfi", "-i", "sine=duration=2", *SOUND_OPTIONS, path)
    return path


def song_with_cover(folder: Path) -> Path:
    """Sound with a cover image: the library calls the cover a video."""
    cover, path = folder / "cover.jpg", folder / "song.m4a"
    run_ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x320", "-frames:v", "1", cover)
    run_ffmpeg(
        *("-f", "lavfi", "-i", "sine=duration=2", "-i", cover, "-map", "0:a", "-map", "1:v"),
        *("-c:a", "aac", "-c:v", "copy", "-disposition:v:0", "attached_pic", path),
    )
    return path


def captions_only(folder: Path) -> Path:
    """Words alone: a file of ours by its container, with nothing to see or hear."""
    words, path = folder / "words.srt", folder / "words.mkv"
    words.write_text("1\n00:00:00,000 --> 00:00:02,000\n同志们好。\n")
    run_ffmpeg("-i", words, "-c:s", "srt", path)
    return path


def truncated_index_last(folder: Path) -> Path:
    """As a camera writes it, cut off: the index at the end is gone."""
    whole = make_recording(folder / "whole.mp4", seconds=4)
    path = folder / "cut-off.mp4"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    return path


def truncated_index_first(folder: Path) -> Path:
    """As a browser likes it, cut off: the head promises what is not there."""
    whole = make_recording(
        folder / "fast.mp4",
        seconds=6,
        options=(
            *("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-c:a", "aac"),
            *("-movflags", "+faststart"),
        ),
    )
    path = folder / "cut-short.mp4"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    return path


def truncated_matroska(folder: Path) -> Path:
    whole = make_recording(folder / "whole.mkv", seconds=6)
    path = folder / "cut-short.mkv"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    return path


def encrypted(folder: Path) -> Path:
    path = folder / "encrypted.mp4"
    return make_recording(
        path,
        seconds=2,
        sound=None,
        options=(
            *("-c:v", "libx264", "-encryption_scheme", "cenc-aes-ctr"),
            *("-encryption_key", "76a6c65c5ea762046bd749a2e632ccbb"),
            *("-encryption_kid", "a7e61c373e219033c21091fa607bf3b8"),
        ),
    )


def five_hours(folder: Path) -> Path:
    """Hours of one colour in a few kilobytes."""
    path = folder / "long.mp4"
    run_ffmpeg(
        *("-f", "lavfi", "-i", "color=black:size=64x64:rate=1/10:duration=18000"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", path),
    )
    return path


def a_tenth_of_a_second(folder: Path) -> Path:
    return make_recording(folder / "short.mp4", seconds=0.12, sound=None)


def many_streams(folder: Path) -> Path:
    path = folder / "streams.mkv"
    maps = [part for _ in range(20) for part in ("-map", "0:a")]
    run_ffmpeg("-f", "lavfi", "-i", "sine=duration=1", *maps, "-c:a", "libopus", path)
    return path


def pixel_bomb(folder: Path) -> Path:
    """A picture of 36 million pixels in a few kilobytes."""
    path = folder / "bomb.mov"
    run_ffmpeg("-f", "lavfi", "-i", "color=size=6000x6000", "-frames:v", "1", "-c:v", "png", path)
    return path


def vast_h264(folder: Path) -> Path:
    path = folder / "vast.mp4"
    run_ffmpeg(
        *("-f", "lavfi", "-i", "color=size=8192x4320:rate=1", "-frames:v", "2"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", path),
    )
    return path


def tiny_picture(folder: Path) -> Path:
    return make_recording(folder / "tiny.mp4", seconds=1, size="16x16", sound=None)


def unknown_codec(folder: Path) -> Path:
    return make_recording(
        folder / "ffv1.mkv", seconds=1, sound=None, options=("-c:v", "ffv1"), size="320x240"
    )


def image(folder: Path) -> Path:
    path = folder / "photo.mp4"
    picture = folder / "photo.png"
    run_ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x240", "-frames:v", "1", picture)
    path.write_bytes(picture.read_bytes())
    return path


PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{name}\n#EXT-X-ENDLIST\n"
SDP = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"
SDP += "a=rtpmap:96 H264/90000\n"
DASH = (
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'mediaPresentationDuration="PT9S"><Period><AdaptationSet mimeType="video/mp4">'
    '<Representation id="1" bandwidth="1"><BaseURL>neighbour.ts</BaseURL>'
    "</Representation></AdaptationSet></Period></MPD>"
)

# Files that name another file lying beside them, which holds the neighbour's lecture.
NAMING_OTHERS: dict[str, str] = {
    "playlist-relative.mp4": PLAYLIST.format(name="neighbour.ts"),
    "playlist-absolute.mp4": PLAYLIST.format(name="{folder}/neighbour.ts"),
    "playlist-parent.mp4": PLAYLIST.format(name="../{folder_name}/neighbour.ts"),
    "playlist-file.mp4": PLAYLIST.format(name="file:{folder}/neighbour.ts"),
    "playlist-http.mp4": PLAYLIST.format(name="http://127.0.0.1:{port}/neighbour.ts"),
    "playlist-concat.mp4": PLAYLIST.format(name="concat:{folder}/neighbour.ts"),
    "playlist.mov": PLAYLIST.format(name="neighbour.ts"),
    "playlist.mkv": PLAYLIST.format(name="neighbour.ts"),
    "playlist-bom.mp4": "\ufeff" + PLAYLIST.format(name="neighbour.ts"),
    "playlist-fmp4.mp4": '#EXTM3U\n#EXT-X-MAP:URI="neighbour.mp4"\n#EXTINF:9,\nneighbour.mp4\n',
    "concat.mp4": "ffconcat version 1.0\nfile neighbour.ts\n",
    "concat-absolute.mp4": "ffconcat version 1.0\nfile {folder}/neighbour.ts\n",
    "session.mp4": SDP,
    "dash.mp4": DASH,
    "sami.mp4": "<SAMI><BODY><SYNC Start=0><P>x</P></SYNC></BODY></SAMI>",
    "playlist.webm": PLAYLIST.format(name="neighbour.mp4"),
}


def naming_another(folder: Path, name: str, *, port: int) -> Path:
    """One of NAMING_OTHERS, filled in for `folder` and a listener on `port`."""
    path = folder / name
    words = {"{folder}": str(folder), "{folder_name}": folder.name, "{port}": str(port)}
    text = NAMING_OTHERS[name]
    for word, value in words.items():
        text = text.replace(word, value)
    path.write_text(text, encoding="utf-8")
    return path
