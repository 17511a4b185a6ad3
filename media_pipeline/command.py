"""What ffmpeg is told to do with one source: pure, a list of arguments.

One decode feeds all renditions, each sound is encoded once: the tee muxer hands every finished
packet to each output that wants it. Options are those that ffmpeg 5.1 and 9 both understand.
"""

from collections.abc import Sequence
from pathlib import Path

from media_pipeline import stills, whitelists
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
TRANSFERS = {16: "smpte2084", 18: "arib-std-b67"}
WAVE_SIZE, WAVE_COLOUR, PAPER_COLOUR = "1280x720", "0xb42318", "0xfaf7f4"


def arguments(source: Path, info: MediaInfo, plans: Sequence[RenditionPlan]) -> list[str]:
    """ffmpeg's arguments to write all renditions of `source` below the working directory.

    Makes for each plan, and for the sound alone, `<name>/init.mp4`, `<name>/00000.m4s`… and
    `<name>/index.m3u8`; of one small plan (or the sound) also a progressive `low.mp4`; and
    `poster.jpg`. Without `plans` the source is a sound, and the poster is its waveform; with them
    there are further stills (`stills.outputs`).
    """
    return [
        *("-nostdin", "-hide_banner", "-loglevel", "warning", "-y"),
        *("-progress", "pipe:1", "-stats_period", "0.5"),
        *input_options(source),
        # The encoders keep the cores busy: slicing the scaling as well costs 5 % and gains nothing.
        *("-filter_complex_threads", "1", "-filter_complex", ";".join(_graph(info, plans))),
        *_encoding(info, plans),
        *("-f", "tee", "|".join(_outputs(info, plans))),
        *("-map", "[poster]", "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "4"),
        *("-map_metadata", "-1", "-f", "image2", "-update", "1", POSTER_NAME),
        *(stills.outputs(info) if plans else []),
    ]


def loudness_arguments(source: Path, sound_index: int) -> list[str]:
    """Arguments to measure how loud one sound track is: EBU R128, said at the end of the log."""
    return [
        *("-nostdin", "-hide_banner", "-loglevel", "info", "-progress", "pipe:1"),
        *input_options(source),
        *("-map", f"0:{sound_index}", "-vn", "-sn", "-dn"),
        *("-af", "aformat=channel_layouts=stereo,ebur128=framelog=quiet", "-f", "null", "-"),
    ]


def input_options(source: Path) -> list[str]:
    return [
        *("-protocol_whitelist", whitelists.PROTOCOLS),
        *("-format_whitelist", whitelists.FORMATS),
        *("-codec_whitelist", whitelists.DECODERS),
        *("-max_pixels", str(whitelists.MAX_PIXELS)),
        *("-max_streams", str(whitelists.MAX_STREAMS)),
        *("-threads", "2"),
        *("-t", str(MAX_SECONDS + 60)),
        *("-i", f"file:{source.resolve()}"),
    ]


def _graph(info: MediaInfo, plans: Sequence[RenditionPlan]) -> list[str]:
    chains = _pictures(info, plans) if plans else []
    if info.sound_index is not None:
        chains.append(_sound(info, alone=not plans))
    if not plans:
        chains += [
            f"[forposter]showwavespic=s={WAVE_SIZE}:colors={WAVE_COLOUR}[wave]",
            f"color=c={PAPER_COLOUR}:s={WAVE_SIZE}:r=1:d=1[paper]",
            "[paper][wave]overlay=format=auto[poster]",
        ]
    return chains


def _pictures(info: MediaInfo, plans: Sequence[RenditionPlan]) -> list[str]:
    """Scale once to the largest, then down from there: each size costs only its own pixels."""
    highest = plans[-1]
    missing = info.duration_seconds - info.picture_seconds
    steps = [f"fps={highest.frame_rate}:start_time=0"]
    if info.is_interlaced:
        steps.insert(0, "bwdif=mode=send_frame")
    if missing > 0.5:
        # Sound that outlasts the picture keeps its last picture: segments need one to be cut at.
        steps.append(f"tpad=stop_mode=clone:stop_duration={missing:.3f}")
    steps.append(f"scale={highest.width}:{highest.height}:flags=bicubic:out_range=tv")
    if info.is_hdr:
        steps += _to_standard_range(info.transfer)
    steps += ["setsar=1", "format=yuv420p"]
    outputs = "".join(f"[s{number}]" for number in range(len(plans)))
    chains = [
        f"[0:{info.video_index}]{','.join(steps)},split={len(plans) + 1}[stills]{outputs}",
        *stills.chains(info, "stills"),
    ]
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


def _sound(info: MediaInfo, *, alone: bool) -> str:
    steps = [
        f"aresample={AUDIO_SAMPLE_RATE}:async=1:first_pts=0",
        "aformat=channel_layouts=stereo",
    ]
    gain = gain_db(info.loudness)
    if abs(gain) >= LEAST_GAIN_DB:
        steps += [f"volume={gain:.2f}dB", f"alimiter=limit={PEAK}:level=false"]
    steps += [f"apad=whole_dur={info.duration_seconds:.3f}", "asplit"]
    outputs = "[sound][forposter]" if alone else "[sound][listening]"
    return f"[0:{info.sound_index}]{','.join(steps)}{outputs}"


def _encoding(info: MediaInfo, plans: Sequence[RenditionPlan]) -> list[str]:
    options: list[str] = []
    for number in range(len(plans)):
        options += ["-map", f"[v{number}]"]
    if plans:
        options += ["-c:v", "libx264", "-preset", "veryfast"]
        options += ["-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_SECONDS})"]
        options += ["-sc_threshold", "0", "-g", "600", "-bf", "2"]
    for number, plan in enumerate(plans):
        options += [f"-crf:v:{number}", str(plan.crf), f"-level:v:{number}", plan.level]
        options += [f"-profile:v:{number}", plan.profile]
        options += [f"-maxrate:v:{number}", str(plan.max_bitrate)]
        options += [f"-bufsize:v:{number}", str(2 * plan.max_bitrate)]
    if info.sound_index is not None:
        options += ["-map", "[sound]", "-c:a", "aac", "-b:a:0", str(AUDIO_BITRATE)]
        if plans:
            options += ["-map", "[listening]", "-b:a:1", str(LISTENING_BITRATE)]
    return [*options, "-flags", "+global_header", "-map_metadata", "-1", "-map_chapters", "-1"]


def _outputs(info: MediaInfo, plans: Sequence[RenditionPlan]) -> list[str]:
    sound = [] if info.sound_index is None else ["a:0"]
    outputs = [_stream(plan.name, [f"v:{number}", *sound]) for number, plan in enumerate(plans)]
    whole = sound
    if plans:
        whole = [f"v:{plans.index(progressive_plan(plans))}", *sound]
    if sound:
        outputs.append(_stream(SOUND_NAME, ["a:1"] if plans else sound))
    outputs.append(
        f"[select=\\'{','.join(whole)}\\':onfail=abort:f=mp4:movflags=+faststart]{PROGRESSIVE_NAME}"
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
