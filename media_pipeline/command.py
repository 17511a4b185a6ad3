"""What ffmpeg is told to do with one source: pure, a list of arguments.

A run makes all sizes of a lecture or some, of the whole or of a stretch (`Recipe`). One decode
feeds all its renditions, each sound is encoded once: the tee muxer hands every finished packet to
each output that wants it. Options are those that ffmpeg 5.1 and 9 both understand.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from media_pipeline import stills, whitelists
from media_pipeline.editing import Kept, frames_of
from media_pipeline.ladder import (
    AUDIO_BITRATE,
    AUDIO_SAMPLE_RATE,
    LISTENING_BITRATE,
    SEGMENT_SECONDS,
    SOUND_NAME,
    RenditionPlan,
    gain_db,
    progressive_plan,
)
from media_pipeline.planning import Span
from media_pipeline.probe import MAX_SECONDS, MediaInfo

INIT_NAME = "init.mp4"
INDEX_NAME = "index.m3u8"
SEGMENT_NAME = "%05d.m4s"
POSTER_NAME = "poster.jpg"
PROGRESSIVE_NAME = "low.mp4"
# Peaks may not be louder than this (dBTP -1.5): players that resample would clip them.
PEAK = 0.84
# A change of volume nobody hears is not made.
LEAST_GAIN_DB = 0.5
# Samples that ffmpeg's AAC encoder puts before the sound; read back, they are its beginning.
AAC_PRIMING = 1024
# In what a source without a picture is cut, of a second.
SOUND_RATE = Fraction(1000)
TRANSFERS = {16: "smpte2084", 18: "arib-std-b67"}
WAVE_SIZE, WAVE_COLOUR, PAPER_COLOUR = "1280x720", "0xb42318", "0xfaf7f4"


@dataclass(frozen=True)
class Recipe:
    """What one run makes: `plans` (lowest first), and what comes with them.

    sound_alone: the sound without a picture; progressive: the name of the plan that is also kept
    as one file, "" for none (of a source without a picture it is the sound); poster: a picture
    for the catalogue; span: the stretch of the source, None for the whole; kept: of an edited
    lecture the stretches that stay, as pictures `[first, end)` at `rate` a second.
    """

    plans: tuple[RenditionPlan, ...]
    sound_alone: bool
    progressive: str
    poster: bool
    span: Span | None = None
    kept: tuple[tuple[int, int], ...] = ()
    rate: Fraction = Fraction(1000)

    def shown_seconds(self, info: MediaInfo) -> float:
        """How long the result is."""
        if not self.kept:
            return info.duration_seconds
        return float(sum(end - first for first, end in self.kept) / self.rate)

    def shown(self, info: MediaInfo) -> MediaInfo:
        """The same facts with the times of what is shown."""
        seconds = self.shown_seconds(info)
        return replace(
            info, duration_seconds=seconds, picture_seconds=min(info.picture_seconds, seconds)
        )


def recipe_for(
    info: MediaInfo,
    plans: Sequence[RenditionPlan],
    *,
    names: Collection[str] | None = None,
    span: Span | None = None,
    kept: Kept = (),
) -> Recipe:
    """How to make the renditions `names` (all of them by default) of a source with `plans`.

    `kept`: what is shown of an edited source; such a one is not made in stretches.
    """
    rate = plans[-1].frame_rate if plans else SOUND_RATE
    wanted = [*(plan.name for plan in plans), SOUND_NAME] if names is None else names
    whole = span is None
    first = plans[0].name if plans else SOUND_NAME
    progressive = progressive_plan(plans).name if plans else SOUND_NAME
    return Recipe(
        plans=tuple(plan for plan in plans if plan.name in wanted),
        sound_alone=whole and info.sound_index is not None and SOUND_NAME in wanted,
        progressive=progressive if whole and progressive in wanted else "",
        poster=whole and first in wanted,
        span=span,
        kept=frames_of(kept, rate),
        rate=rate,
    )


def arguments(source: Path, info: MediaInfo, recipe: Recipe) -> list[str]:
    """ffmpeg's arguments to make `recipe` of `source` below the working directory.

    Of the whole lecture: for each plan, and for the sound alone, `<name>/init.mp4`,
    `<name>/00000.m4s`… and `<name>/index.m3u8`; the progressive `low.mp4`; `poster.jpg`. A
    source that is a sound has its waveform for a poster; another has further stills beside it
    (`stills.outputs`). Of a stretch: `<name>.mp4`, no sound.
    """
    poster: tuple[str, ...] = ()
    if recipe.poster:
        poster = (
            *("-map", "[poster]", "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "4"),
            *("-map_metadata", "-1", "-f", "image2", "-update", "1", POSTER_NAME),
            *(stills.outputs(recipe.shown(info)) if recipe.plans else ()),
        )
    return [
        *("-nostdin", "-hide_banner", "-loglevel", "warning", "-y"),
        *("-progress", "pipe:1", "-stats_period", "0.5"),
        *input_options(source, seek_seconds=_seek_seconds(recipe)),
        # The encoders keep the cores busy: slicing the scaling as well costs 5 % and gains nothing.
        *("-filter_complex_threads", "1", "-filter_complex", ";".join(_graph(info, recipe))),
        *_encoding(info, recipe),
        *("-f", "tee", "|".join(_outputs(info, recipe))),
        *poster,
    ]


def joining_arguments(pieces: Path, sound: Path | None, name: str) -> list[str]:
    """Arguments to make a rendition of its pieces, nothing encoded again.

    `pieces` is a concat script of ours that says how long each piece is; `sound` a file with the
    lecture's sound. Writes what `arguments` writes for one plan.
    """
    whitelist = ("-protocol_whitelist", "file", "-format_whitelist", f"concat,{whitelists.FORMATS}")
    audio: tuple[str, ...] = ()
    if sound is not None:
        lead = f"-{AAC_PRIMING / AUDIO_SAMPLE_RATE:.6f}"
        audio = (*whitelist, "-itsoffset", lead, "-i", f"file:{sound.resolve()}", "-map", "1:a:0")
    return [
        *("-nostdin", "-hide_banner", "-loglevel", "warning", "-y"),
        *("-progress", "pipe:1", "-stats_period", "0.5"),
        *(*whitelist, "-f", "concat", "-safe", "0", "-i", f"file:{pieces.resolve()}"),
        *(*audio, "-map", "0:v:0"),
        *("-c", "copy", "-flags", "+global_header", "-map_metadata", "-1"),
        *("-f", "tee", _stream(name, ["v", "a"] if sound else ["v"])),
    ]


def loudness_arguments(source: Path, sound_index: int) -> list[str]:
    """Arguments to measure how loud one sound track is: EBU R128, said at the end of the log."""
    return [
        *("-nostdin", "-hide_banner", "-loglevel", "info", "-progress", "pipe:1"),
        *input_options(source),
        *("-map", f"0:{sound_index}", "-vn", "-sn", "-dn"),
        *("-af", "aformat=channel_layouts=stereo,ebur128=framelog=quiet", "-f", "null", "-"),
    ]


def progressive_arguments(joined: Path) -> list[str]:
    """Arguments to make `low.mp4` of a rendition's segments written one after the other."""
    return [
        *("-nostdin", "-hide_banner", "-loglevel", "warning", "-y", "-progress", "pipe:1"),
        *input_options(joined),
        *("-map", "0", "-c", "copy", "-map_metadata", "-1", "-map_chapters", "-1"),
        *("-movflags", "+faststart", "-f", "mp4", PROGRESSIVE_NAME),
    ]


def input_options(source: Path, *, seek_seconds: float = 0) -> list[str]:
    # From the key frame before: the picture shown at the beginning of a stretch may be an old one.
    seek = ("-noaccurate_seek", "-ss", f"{seek_seconds:.6f}") if seek_seconds else ()
    return [
        *(("-copyts", "-start_at_zero") if seek_seconds else ()),
        *("-protocol_whitelist", whitelists.PROTOCOLS),
        *("-format_whitelist", whitelists.FORMATS),
        *("-codec_whitelist", whitelists.DECODERS),
        *("-max_pixels", str(whitelists.MAX_PIXELS)),
        *("-max_streams", str(whitelists.MAX_STREAMS)),
        *("-threads", "2"),
        *("-t", str(MAX_SECONDS + 60)),
        *seek,
        *("-i", f"file:{source.resolve()}"),
    ]


def _seek_seconds(recipe: Recipe) -> float:
    if recipe.span is None or not recipe.span.first_frame:
        return 0
    return float(recipe.span.first_frame / recipe.plans[-1].frame_rate)


def _graph(info: MediaInfo, recipe: Recipe) -> list[str]:
    chains = _pictures(info, recipe) if recipe.plans else []
    tracks = _tracks(info, recipe)
    if tracks:
        labels = [label for label, _rate in tracks]
        labels += ["[forposter]"] if recipe.poster and not recipe.plans else []
        chains += _sound(info, recipe, labels)
    if recipe.poster and not recipe.plans:
        chains += [
            f"[forposter]showwavespic=s={WAVE_SIZE}:colors={WAVE_COLOUR}[wave]",
            f"color=c={PAPER_COLOUR}:s={WAVE_SIZE}:r=1:d=1[paper]",
            "[paper][wave]overlay=format=auto[poster]",
        ]
    return chains


def _pictures(info: MediaInfo, recipe: Recipe) -> list[str]:
    """Scale once to the largest, then down from there: each size costs only its own pixels."""
    plans, highest = recipe.plans, recipe.plans[-1]
    missing = info.duration_seconds - info.picture_seconds
    steps = [f"fps={highest.frame_rate}:start_time={_seek_seconds(recipe):.6f}"]
    if info.is_interlaced:
        steps.insert(0, "bwdif=mode=send_frame")
    if recipe.span is not None:
        steps.append("setpts=PTS-STARTPTS")
    if missing > 0.5 and (recipe.span is None or recipe.span.is_last):
        # Sound that outlasts the picture keeps its last picture: segments need one to be cut at.
        steps.append(f"tpad=stop_mode=clone:stop_duration={missing:.3f}")
    if recipe.span is not None and not recipe.span.is_last:
        steps.append(f"trim=end_frame={recipe.span.frames}")
    if recipe.kept:
        # Nothing after the last kept picture is decoded, and those between are counted anew.
        chosen = "+".join(f"between(n,{first},{end - 1})" for first, end in recipe.kept)
        steps += [
            f"trim=end_frame={recipe.kept[-1][1]}",
            f"select='{chosen}'",
            f"setpts=N/({recipe.rate})/TB",
        ]
    steps.append(f"scale={highest.width}:{highest.height}:flags=bicubic:out_range=tv")
    if info.is_hdr:
        steps += _to_standard_range(info.transfer)
    steps += ["setsar=1", "format=yuv420p"]
    outputs = "".join(f"[s{number}]" for number in range(len(plans)))
    source = f"[0:{info.video_index}]{','.join(steps)}"
    if recipe.poster:
        chains = [f"{source},split={len(plans) + 1}[stills]{outputs}"]
        chains += stills.chains(recipe.shown(info), "stills")
    else:
        chains = [f"{source},split={len(plans)}{outputs}"]
    for number, plan in enumerate(plans):
        scaling = "null"
        if plan is not highest:
            scaling = f"scale={plan.width}:{plan.height}:flags=bicubic,setsar=1"
        chains.append(f"[s{number}]{scaling}[v{number}]")
    return chains


def _to_standard_range(transfer: int) -> list[str]:
    """Bright film to what an ordinary screen shows; after scaling, where it costs least."""
    return [
        f"zscale=tin={TRANSFERS[transfer]}:pin=bt2020:min=bt2020nc:rin=tv:t=linear:npl=100",
        *("format=gbrpf32le", "zscale=p=bt709", "tonemap=hable:desat=0"),
        "zscale=t=bt709:m=bt709:p=bt709:r=tv",
    ]


def _sound(info: MediaInfo, recipe: Recipe, labels: Sequence[str]) -> list[str]:
    steps = [
        f"aresample={AUDIO_SAMPLE_RATE}:async=1:first_pts=0",
        "aformat=channel_layouts=stereo",
    ]
    gain = gain_db(info.loudness)
    if abs(gain) >= LEAST_GAIN_DB:
        steps += [f"volume={gain:.2f}dB", f"alimiter=limit={PEAK}:level=false"]
    steps.append(f"apad=whole_dur={info.duration_seconds:.3f}")
    share = [f"asplit={len(labels)}"] if len(labels) > 1 else []
    source = f"[0:{info.sound_index}]"
    if not recipe.kept:
        return [f"{source}{','.join([*steps, *share])}{''.join(labels)}"]
    # To the sample at the moments the pictures are cut at.
    count = len(recipe.kept)
    chains = [
        f"{source}{','.join([*steps, f'asplit={count}'])}"
        + "".join(f"[k{number}]" for number in range(count))
    ]
    for number, (first, end) in enumerate(recipe.kept):
        start, stop = (round(at * AUDIO_SAMPLE_RATE / recipe.rate) for at in (first, end))
        cut = f"atrim=start_sample={start}:end_sample={stop},asetpts=PTS-STARTPTS"
        chains.append(f"[k{number}]{cut}[c{number}]")
    joined = "".join(f"[c{number}]" for number in range(count))
    join = ",".join([f"concat=n={count}:v=0:a=1", *share])
    return [*chains, f"{joined}{join}{''.join(labels)}"]


def _encoding(info: MediaInfo, recipe: Recipe) -> list[str]:
    plans = recipe.plans
    options: list[str] = []
    for number in range(len(plans)):
        options += ["-map", f"[v{number}]"]
    if plans:
        options += ["-c:v", "libx264", "-preset", "veryfast"]
        options += ["-force_key_frames", _key_frames(recipe)]
        options += ["-sc_threshold", "0", "-g", "600", "-bf", "2"]
    for number, plan in enumerate(plans):
        options += [f"-crf:v:{number}", str(plan.crf), f"-level:v:{number}", plan.level]
        options += [f"-profile:v:{number}", plan.profile]
        options += [f"-maxrate:v:{number}", str(plan.max_bitrate)]
        options += [f"-bufsize:v:{number}", str(2 * plan.max_bitrate)]
    tracks = _tracks(info, recipe)
    options += ["-c:a", "aac"] if tracks else []
    for number, (label, rate) in enumerate(tracks):
        options += ["-map", label, f"-b:a:{number}", str(rate)]
    return [*options, "-flags", "+global_header", "-map_metadata", "-1", "-map_chapters", "-1"]


def _tracks(info: MediaInfo, recipe: Recipe) -> list[tuple[str, int]]:
    """(label, bit/s) of each sound to encode; the one to listen to alone is the last."""
    if recipe.span is not None or info.sound_index is None:
        return []
    if info.video_index is None:
        return [("[sound]", AUDIO_BITRATE)]
    tracks = [("[sound]", AUDIO_BITRATE)] if recipe.plans else []
    return [*tracks, *([("[listening]", LISTENING_BITRATE)] if recipe.sound_alone else [])]


def _key_frames(recipe: Recipe) -> str:
    """On the segment grid of the whole lecture, wherever a stretch begins in it."""
    span = recipe.span
    if span is None or not span.first_frame:
        return f"expr:gte(t,n_forced*{SEGMENT_SECONDS})"
    begins = _seek_seconds(recipe)
    passed = int(begins / SEGMENT_SECONDS + 1e-9)
    return f"expr:gte(t+{begins:.6f}+0.000002,(n_forced+{passed})*{SEGMENT_SECONDS})"


def _outputs(info: MediaInfo, recipe: Recipe) -> list[str]:
    if recipe.span is not None:
        return [
            f"[select=\\'v:{number}\\':onfail=abort:f=mp4]{plan.name}.mp4"
            for number, plan in enumerate(recipe.plans)
        ]
    sound = [] if info.sound_index is None else ["a:0"]
    outputs = [
        _stream(plan.name, [f"v:{number}", *sound]) for number, plan in enumerate(recipe.plans)
    ]
    if recipe.sound_alone:
        outputs.append(_stream(SOUND_NAME, [f"a:{len(_tracks(info, recipe)) - 1}"]))
    if recipe.progressive:
        names = [plan.name for plan in recipe.plans]
        picture = [f"v:{names.index(recipe.progressive)}"] if recipe.plans else []
        outputs.append(
            f"[select=\\'{','.join([*picture, *sound])}\\':onfail=abort:f=mp4"
            f":movflags=+faststart]{PROGRESSIVE_NAME}"
        )
    return outputs


def _stream(name: str, tracks: Sequence[str]) -> str:
    return (
        f"[select=\\'{','.join(tracks)}\\':onfail=abort:f=hls:hls_time={SEGMENT_SECONDS}"
        ":hls_playlist_type=event:hls_list_size=0:hls_segment_type=fmp4"
        ":hls_flags=independent_segments+temp_file"
        f":hls_fmp4_init_filename={INIT_NAME}:hls_segment_filename={name}/{SEGMENT_NAME}]"
        f"{name}/{INDEX_NAME}"
    )
