"""Takes made and read back outside the site: every packet of a rendition decoded."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import av
import numpy as np

from media_pipeline import command, ffmpeg, packaging
from media_pipeline.ladder import SOUND_NAME, renditions_for
from media_pipeline.packaging import Checked
from media_pipeline.probe import MediaInfo, probe

BRIGHT, AUDIBLE = 128, 0.1


def transcoded(source: Path, take: Path, binary: str = "") -> tuple[MediaInfo, list[Checked]]:
    """Run the pipeline's command on `source`, check and publish what it made in `take`."""
    info = probe(source)
    plans = [] if info.picture is None else renditions_for(info.picture)
    for name in (*(plan.name for plan in plans), SOUND_NAME):
        (take / name).mkdir(parents=True)
    info = replace(info, loudness=ffmpeg.measured_loudness(source, info, during=lambda: None))
    ffmpeg.run(
        [binary or ffmpeg.binary(), *command.arguments(source, info, plans)],
        limits=ffmpeg.limits_for(info),
        wall_seconds=120,
        cwd=take,
        on_progress=lambda progress: None,
    )
    made = packaging.check_all(
        take, plans, seconds=info.duration_seconds, has_sound=info.sound_index is not None
    )
    packaging.publish_all(take, made)
    return info, made


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
    joined = take.parent / f"{take.name}-{name}.mp4"
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
