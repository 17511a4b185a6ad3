"""A validator of HLS takes, written against RFC 8216 and not against our packager.

Reads what a player reads, decodes what a player decodes, and returns every fault it finds in
words; an empty list is a sound take. Numbers in brackets are the RFC's sections.
"""

import itertools
import re
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s]+)(?:,|$)')
# What a player tolerates between what a playlist says and what a segment holds, in seconds.
LENGTH_SECONDS, STEP_SECONDS, WHOLE_SECONDS = 0.1, 0.04, 0.2


@dataclass(frozen=True)
class Segment:
    """One listed segment: its file's name, the seconds it is said to last, its key if any."""

    name: str
    seconds: float
    key: dict[str, str] | None = None


@dataclass
class Media:
    """A media playlist as it is written."""

    version: int = 1
    target: int | None = None
    sequence: int = 0
    kind: str = ""
    ended: bool = False
    independent: bool = False
    map: str = ""
    map_key: dict[str, str] | None = None
    segments: list[Segment] = field(default_factory=list)


@dataclass(frozen=True)
class Variant:
    """A variant stream of a master playlist: its attributes and its playlist's name."""

    attributes: dict[str, str]
    name: str


def faults_of(take: Path, master: str = "master.m3u8", key: bytes | None = None) -> list[str]:
    """Everything that is wrong with a finished take; `key` opens one that is encrypted."""
    faults: list[str] = []
    text = (take / master).read_text("utf-8")
    variants = _master(text, faults)
    # Said in the master playlist it holds for every segment of every rendition [4.3.5.1].
    independent = "\n#EXT-X-INDEPENDENT-SEGMENTS\n" in text
    starts: dict[str, list[float]] = {}
    for variant in variants:
        where = variant.name
        media = _media((take / where).read_text("utf-8"), where, faults)
        if not media.segments or not media.map:
            faults.append(f"{where}: nothing to play")
            continue
        if not independent and not media.independent:
            faults.append(f"{where}: segments are not said to be independent [4.3.5.1]")
        folder = (take / where).parent
        _check_rates(variant, media, folder, faults)
        try:
            content = _Content(folder, media, key)
            starts[where] = _check_content(variant, media, content, faults)
        except _WrongKeyError as error:
            faults.append(f"{where}: {error}")
    pictures = {
        variant.name: starts[variant.name]
        for variant in variants
        if "RESOLUTION" in variant.attributes and variant.name in starts
    }
    for one, other in itertools.pairwise(pictures):
        if pictures[one] != pictures[other]:
            faults.append(f"{other}: key frames are not where {one} has them")
    return faults


# --- Playlists --------------------------------------------------------------------------------


def _lines(text: str, where: str, faults: list[str]) -> list[str]:
    lines = text.split("\n")
    if lines[0] != "#EXTM3U":
        faults.append(f"{where}: does not begin with #EXTM3U [4.3.1.1]")
    if text.startswith("\ufeff") or "\r" in text:
        faults.append(f"{where}: byte order mark or carriage return [4.1]")
    return [line for line in lines if line]


def _attributes(text: str, where: str, faults: list[str]) -> dict[str, str]:
    found = _ATTRIBUTE.findall(text)
    if "".join(f"{name}={value}," for name, value in found).rstrip(",") != text:
        faults.append(f"{where}: attributes cannot be read [4.2]: {text}")
    if len({name for name, _value in found}) != len(found):
        faults.append(f"{where}: an attribute twice [4.2]: {text}")
    return {name: value.strip('"') for name, value in found}


def _master(text: str, faults: list[str]) -> list[Variant]:
    variants: list[Variant] = []
    waiting: dict[str, str] | None = None
    for line in _lines(text, "master", faults):
        if line.startswith("#EXT-X-STREAM-INF:"):
            waiting = _attributes(line.partition(":")[2], "master", faults)
            for name in ("BANDWIDTH", "CODECS"):
                if name not in waiting:
                    faults.append(f"master: no {name} [4.3.4.2]")
        elif line.startswith(("#EXTINF", "#EXT-X-TARGETDURATION")):
            faults.append("master: a media playlist's tag [4.1]")
        elif not line.startswith("#"):
            if waiting is None:
                faults.append(f"master: {line} without its attributes [4.3.4.2]")
            variants.append(Variant(waiting or {}, line))
            waiting = None
    if not variants:
        faults.append("master: no variant")
    return variants


def _media(text: str, where: str, faults: list[str]) -> Media:
    media = Media()
    seconds: float | None = None
    key: dict[str, str] | None = None
    for line in _lines(text, where, faults):
        tag, _colon, value = line.partition(":")
        if tag == "#EXT-X-VERSION":
            media.version = int(value)
        elif tag == "#EXT-X-TARGETDURATION":
            media.target = int(value)
        elif tag == "#EXT-X-MEDIA-SEQUENCE":
            media.sequence = int(value)
        elif tag == "#EXT-X-PLAYLIST-TYPE":
            media.kind = value
        elif tag == "#EXT-X-INDEPENDENT-SEGMENTS":
            media.independent = True
        elif tag == "#EXT-X-ENDLIST":
            media.ended = True
        elif tag == "#EXT-X-MAP":
            media.map = _attributes(value, where, faults).get("URI", "")
            media.map_key = key
        elif tag == "#EXT-X-KEY":
            key = _key(_attributes(value, where, faults), where, faults)
        elif tag == "#EXTINF":
            seconds = float(value.partition(",")[0])
        elif tag == "#EXT-X-STREAM-INF":
            faults.append(f"{where}: a master playlist's tag [4.1]")
        elif not line.startswith("#"):
            if seconds is None:
                faults.append(f"{where}: {line} without its length [4.3.2.1]")
            if media.ended:
                faults.append(f"{where}: {line} after the end")
            media.segments.append(Segment(line, seconds or 0.0, key))
            seconds = None
    _check_tags(media, where, faults)
    return media


def _key(attributes: dict[str, str], where: str, faults: list[str]) -> dict[str, str] | None:
    """What holds from here on; None for METHOD=NONE [4.3.2.4]."""
    method = attributes.get("METHOD")
    if method == "NONE":
        return None
    if method != "AES-128" or not attributes.get("URI"):
        faults.append(f"{where}: a key without method or address [4.3.2.4]")
    if "IV" in attributes and not re.fullmatch(r"0[xX][0-9a-fA-F]{32}", attributes["IV"]):
        faults.append(f"{where}: the vector is no 128-bit number [4.3.2.4]")
    return attributes


def _check_tags(media: Media, where: str, faults: list[str]) -> None:
    if media.version < 6:
        faults.append(f"{where}: version {media.version} knows no init segment [7]")
    if media.target is None:
        faults.append(f"{where}: no target duration [4.3.3.1]")
    for segment in media.segments:
        # "rounded to the nearest integer, MUST be less than or equal to the target duration"
        if media.target is not None and int(segment.seconds + 0.5) > media.target:
            faults.append(f"{where}: {segment.name} lasts {segment.seconds} s [4.3.3.1]")
    if (media.kind, media.ended) != ("VOD", True):
        faults.append(f"{where}: may still change [4.3.3.4, 4.3.3.5]")
    if media.map_key is not None and "IV" not in media.map_key:
        faults.append(f"{where}: an encrypted init segment needs its vector stated [4.3.2.5]")
    if media.sequence != 0:
        faults.append(f"{where}: begins with segment {media.sequence} [4.3.3.2]")


# --- Content ----------------------------------------------------------------------------------


def _check_rates(variant: Variant, media: Media, folder: Path, faults: list[str]) -> None:
    """BANDWIDTH is "the peak segment bit rate", AVERAGE-BANDWIDTH that of all [4.3.4.2]."""
    bits = [8 * (folder / segment.name).stat().st_size for segment in media.segments]
    # The last crumb may be short of half a target: such a set of segments does not count alone.
    whole = [
        size / segment.seconds
        for size, segment in zip(bits, media.segments, strict=True)
        if segment.seconds >= (media.target or 0) / 2 or len(bits) == 1
    ]
    said = int(variant.attributes.get("BANDWIDTH", "0"))
    if whole and max(whole) > said:
        faults.append(f"{variant.name}: a segment needs {max(whole):.0f} bit/s, {said} are said")
    if whole and said > 1.5 * max(whole) + 1_000:
        faults.append(f"{variant.name}: {said} bit/s are said, {max(whole):.0f} needed at most")
    average = sum(bits) / sum(segment.seconds for segment in media.segments)
    stated = int(variant.attributes.get("AVERAGE-BANDWIDTH", average))
    if abs(stated - average) > average / 20:
        faults.append(f"{variant.name}: {average:.0f} bit/s on average, {stated} are said")


class _WrongKeyError(Exception):
    """A file cannot be decrypted as its playlist says."""


@dataclass(frozen=True)
class _Content:
    """A rendition's files as a player reads them: decrypted where the playlist says so [5.2]."""

    folder: Path
    media: Media
    key: bytes | None

    @property
    def init(self) -> bytes:
        return self._read(self.media.map, self.media.map_key, 0)

    def segment(self, number: int) -> bytes:
        """`number` counts from the media sequence number on: the vector, if none is stated."""
        segment = self.media.segments[number]
        return self._read(segment.name, segment.key, self.media.sequence + number)

    def _read(self, name: str, how: dict[str, str] | None, number: int) -> bytes:
        data = (self.folder / name).read_bytes()
        if how is None:
            return data
        if self.key is None:
            raise _WrongKeyError(f"{name} is encrypted")
        vector = int(how["IV"], 16) if "IV" in how else number
        cipher = Cipher(algorithms.AES128(self.key), modes.CBC(vector.to_bytes(16, "big")))
        opened = cipher.decryptor()
        try:
            padded = opened.update(data) + opened.finalize()
            length = padded[-1]
            if not 1 <= length <= 16 or padded[-length:] != bytes([length]) * length:
                raise ValueError("no PKCS7 padding")
        except (ValueError, IndexError) as error:
            raise _WrongKeyError(f"{name} cannot be decrypted: {error}") from error
        return padded[:-length]


def _check_content(
    variant: Variant, media: Media, content: _Content, faults: list[str]
) -> list[float]:
    """Decode every segment alone after the init segment; when each one's leading track begins."""
    where = variant.name
    folder = content.folder
    init = content.init
    starts: list[float] = []
    at: dict[str, Fraction] = {}
    covered = 0.0
    frames = 0
    for number, segment in enumerate(media.segments):
        alone = folder.parent / f".{folder.name}-{segment.name}.mp4"
        alone.write_bytes(init + content.segment(number))
        try:
            with av.open(str(alone)) as container:
                _check_head(variant, container, faults)
                lasted = 0.0
                for stream in container.streams:
                    first, ended, count, faulty = _decoded(container, stream)
                    if faulty:
                        faults.append(f"{where}: {segment.name}: {faulty}")
                        continue
                    expected = at.get(stream.type)
                    if expected is not None and abs(first - expected) > STEP_SECONDS:
                        faults.append(
                            f"{where}: {segment.name} begins {float(first - expected):+.3f} s off"
                            f" in its {stream.type}"
                        )
                    at[stream.type] = ended
                    if stream.type == "video" or len(container.streams) == 1:
                        starts.append(round(float(first), 2))
                        lasted = float(ended - first)
                        frames += count
        except av.FFmpegError as error:
            faults.append(f"{where}: {segment.name} cannot be read: {error}")
            continue
        finally:
            alone.unlink()
        covered += lasted
        if abs(lasted - segment.seconds) > LENGTH_SECONDS:
            faults.append(f"{where}: {segment.name} lasts {lasted:.3f} s, not {segment.seconds}")
    listed = sum(segment.seconds for segment in media.segments)
    if abs(covered - listed) > WHOLE_SECONDS:
        faults.append(f"{where}: lasts {covered:.2f} s, {listed:.2f} are said")
    if len(at) == 2 and abs(at["video"] - at["audio"]) > LENGTH_SECONDS:
        faults.append(
            f"{where}: picture and sound end {abs(at['video'] - at['audio']):.3f} s apart"
        )
    rate = variant.attributes.get("FRAME-RATE")
    if rate and covered and abs(frames / covered - float(rate)) > 0.1 + 1 / covered:
        faults.append(f"{where}: {frames / covered:.3f} pictures a second, {rate} are said")
    return starts


def _check_head(
    variant: Variant, container: av.container.InputContainer, faults: list[str]
) -> None:
    """RESOLUTION and CODECS are those of the tracks (RFC 6381 for AVC and AAC)."""
    codecs = []
    for stream in container.streams:
        data = bytes(stream.codec_context.extradata or b"")
        if isinstance(stream, av.VideoStream):
            codecs.append(f"avc1.{data[1:4].hex()}")
            size = f"{stream.width}x{stream.height}"
            if variant.attributes.get("RESOLUTION") != size:
                faults.append(f"{variant.name}: pictures are {size}")
        else:
            codecs.append(f"mp4a.40.{data[0] >> 3}" if data else "nothing known")
    if variant.attributes.get("CODECS", "").split(",") != codecs:
        faults.append(f"{variant.name}: the tracks are {','.join(codecs)}")


def _decoded(
    container: av.container.InputContainer, stream: av.stream.Stream
) -> tuple[Fraction, Fraction, int, str]:
    """(first moment, last moment's end, frames, fault) of one track of one segment."""
    container.seek(0)
    first: Fraction | None = None
    ended, count = Fraction(0), 0
    for frame in container.decode(stream):
        assert isinstance(frame, av.VideoFrame | av.AudioFrame)
        if frame.pts is None or frame.time_base is None:
            return Fraction(0), ended, count, "a picture without a moment"
        moment = frame.pts * frame.time_base
        if first is None:
            first = moment
            if isinstance(frame, av.VideoFrame) and not frame.key_frame:
                return moment, ended, count, "does not begin with a key frame"
        length = (
            Fraction(frame.samples, frame.sample_rate)
            if isinstance(frame, av.AudioFrame)
            else 1 / Fraction(stream.average_rate or 25)
        )
        ended, count = max(ended, moment + length), count + 1
    if first is None:
        return Fraction(0), ended, count, f"no {stream.type}"
    return first, ended, count, ""
