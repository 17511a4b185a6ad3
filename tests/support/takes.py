"""Takes made and read back outside the site: every packet of a rendition decoded."""

from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np

from media_pipeline import command, packaging
from media_pipeline.packaging import Checked
from media_pipeline.probe import MediaInfo
from media_pipeline.standalone import transcode

BRIGHT, AUDIBLE = 128, 0.1


def transcoded(source: Path, take: Path, binary: str = "") -> tuple[MediaInfo, list[Checked]]:
    """Run the whole pipeline on `source`, in `take`, with this ffmpeg or our own."""
    return transcode(source, take, binary=binary, wall_seconds=120)


@dataclass
class Decoded:
    """All of a rendition: when each picture is shown and how bright it is (0 to 255); the sound's
    samples with the second of each block."""

    times: list[float] = field(default_factory=list)
    brightness: list[float] = field(default_factory=list)
    formats: set[str] = field(default_factory=set)
    blocks: list[tuple[float, np.ndarray, int]] = field(default_factory=list)

    @property
    def sound_seconds(self) -> float:
        return sum(len(samples) / rate for _at, samples, rate in self.blocks)

    @property
    def seconds(self) -> float:
        """Of the picture, or of the sound where there is none."""
        if not self.times:
            return self.sound_seconds
        return self.times[-1] - self.times[0] + (self.times[1] - self.times[0])

    def flashes(self) -> list[float]:
        """Seconds at which a dark picture is followed by a bright one."""
        lit = [value > BRIGHT for value in self.brightness]
        return [
            at
            for at, now, before in zip(self.times, lit, [False, *lit], strict=False)
            if now and not before
        ]

    def beeps(self, pause: float = 1.0) -> list[float]:
        """Seconds at which a sound begins after at least `pause` seconds of none."""
        found: list[float] = []
        last = -pause
        for at, samples, rate in self.blocks:
            for place in np.flatnonzero(np.abs(samples) > AUDIBLE):
                moment = at + place / rate
                if moment - last >= pause:
                    found.append(moment)
                last = moment
        return found


def decoded(take: Path, name: str) -> Decoded:
    """Decode every packet of a take's rendition; raises av.FFmpegError if one cannot be."""
    index = packaging.listed_segments(take / name)
    joined = take.parent / f"{take.name}-{name.replace('/', '-')}.mp4"
    parts = [command.INIT_NAME, *(segment for segment, _seconds in index)]
    joined.write_bytes(b"".join((take / name / part).read_bytes() for part in parts))
    found = Decoded()
    with av.open(str(joined)) as container:
        for frame in container.decode(video=0) if container.streams.video else ():
            found.times.append(float(frame.time or 0))
            found.formats.add(frame.format.name)
            found.brightness.append(float(frame.to_ndarray(format="gray").mean()))
    with av.open(str(joined)) as container:
        for block in container.decode(audio=0) if container.streams.audio else ():
            samples = block.to_ndarray()[0]
            found.blocks.append((float(block.time or 0), samples, block.sample_rate))
    return found
