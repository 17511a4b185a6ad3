"""Look into one file and print what is in it as JSON: `python -I probe_child.py PATH`.

Runs alone in a confined process without Django, because it parses what strangers send.
Reads the head, decodes one picture, and follows the packets near the end to learn whether the
file is whole. Says facts only; whether they suit is decided by `probe.py`.
"""

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import av

TAIL_SECONDS = 15
MOST_CHAPTERS = 200
DEFAULT = 0x1
ATTACHED_PICTURE = 0x400  # a cover image: a video stream to the library, not to a person
PACKETS_TO_FIRST_PICTURE = 300
WHITELISTS = runpy.run_path(str(Path(__file__).with_name("whitelists.py")))


def options() -> dict[str, str]:
    return {
        "protocol_whitelist": WHITELISTS["PROTOCOLS"],
        "format_whitelist": WHITELISTS["FORMATS"],
        "codec_whitelist": WHITELISTS["DECODERS"],
        "max_streams": str(4 * WHITELISTS["MAX_STREAMS"]),
    }


def opened(path: str) -> Any:
    return av.open(f"file:{path}", "r", container_options=options())


def codec_name(stream: Any) -> str:
    context = stream.codec_context
    return context.codec.canonical_name if context is not None else ""


def seconds(stream: Any) -> float | None:
    return float(stream.duration * stream.time_base) if stream.duration else None


def sound_track(stream: Any) -> dict[str, Any]:
    return {
        "index": stream.index,
        "codec": codec_name(stream),
        "duration": seconds(stream),
        "language": (stream.metadata.get("language") or "")[:12],
        "title": (stream.metadata.get("title") or "")[:80],
        "is_default": bool(stream.disposition & DEFAULT),
        "channels": stream.codec_context.channels if stream.codec_context else 0,
    }


def chapters(container: Any) -> list[tuple[int, str]]:
    """(milliseconds, title) of the chapters the file has; those of a hostile one are cut off."""
    found = []
    for chapter in container.chapters()[:MOST_CHAPTERS]:
        start = int(chapter["start"] * chapter["time_base"] * 1000)
        found.append((start, (chapter["metadata"].get("title") or "")[:200]))
    return found


def last_moment(path: str, index: int, duration: float | None) -> float:
    """Seconds at which the stream's last packet ends; reads the whole file if it must."""
    with opened(path) as container:
        stream = container.streams[index]
        if duration is not None and duration > 2 * TAIL_SECONDS:
            start = container.start_time or 0
            container.seek(int((duration - TAIL_SECONDS) * av.time_base) + start)
        first = float(stream.start_time * stream.time_base) if stream.start_time else 0.0
        end = first
        try:
            for packet in container.demux(stream):
                if packet.pts is not None and packet.size:
                    end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        except av.FFmpegError:
            return end - first
        return end - first


def first_picture(container: Any, video: Any) -> dict[str, Any]:
    """Whether a picture can be had from the first packets, and how it is turned."""
    video.codec_context.thread_count = 1
    for count, packet in enumerate(container.demux(video)):
        if packet.has_sidedata("encryption_info") or packet.has_sidedata("encryption_init_info"):
            return {"encrypted": True}
        try:
            frames = packet.decode()
        except av.FFmpegError:
            frames = []
        if frames:
            return {
                "decodes": True,
                "rotation": frames[0].rotation,
                "interlaced": bool(frames[0].interlaced_frame),
                "transfer": int(frames[0].color_trc),
            }
        if count > PACKETS_TO_FIRST_PICTURE:
            break
    return {}


def described(path: str) -> dict[str, Any]:
    with opened(path) as container:
        pictures = [s for s in container.streams.video if not s.disposition & ATTACHED_PICTURE]
        facts: dict[str, Any] = {
            "format": container.format.name,
            "streams": len(container.streams),
            "duration": container.duration / av.time_base if container.duration else None,
        }
        facts["chapters"] = chapters(container)
        facts["sounds"] = [sound_track(sound) for sound in container.streams.audio]
        if not pictures:
            for sound in facts["sounds"]:
                sound["ends"] = last_moment(path, sound["index"], facts["duration"])
            return facts
        video = pictures[0]
        facts["video"] = {
            "index": video.index,
            "codec": codec_name(video),
            "width": video.width or 0,
            "height": video.height or 0,
            "average_rate": str(video.average_rate) if video.average_rate else None,
            "base_rate": str(video.base_rate) if video.base_rate else None,
            "pixel_shape": str(video.sample_aspect_ratio or "1"),
            "duration": seconds(video),
            "ends": 0.0,
            "encrypted": False,
            "decodes": False,
            "rotation": 0,
            "interlaced": False,
            "transfer": 0,
        }
        known = facts["video"]["codec"] in WHITELISTS["VIDEO_CODECS"]
        if not known or video.width * video.height > WHITELISTS["MAX_PIXELS"]:
            return facts
        facts["video"].update(first_picture(container, video))
    facts["video"]["ends"] = last_moment(path, facts["video"]["index"], facts["duration"])
    return facts


def main() -> None:
    path = sys.argv[1]
    try:
        facts = described(path)
    except av.FFmpegError as error:
        with Path(path).open("rb") as file:
            is_mp4 = file.read(8)[4:] == b"ftyp"
        facts = {"unreadable": type(error).__name__, "is_mp4": is_mp4}
    sys.stdout.write(json.dumps(facts))


if __name__ == "__main__":
    main()
