"""The whole work on one file outside the school: no database, no queue, no one else's lecture."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from media_pipeline import command, ffmpeg, packaging, stills
from media_pipeline.ladder import renditions_for
from media_pipeline.packaging import Checked
from media_pipeline.probe import MediaInfo, probe


def transcode(
    source: Path,
    take: Path,
    *,
    on_progress: Callable[[float], None] = lambda share: None,
    binary: str = "",
    wall_seconds: float = 0,
) -> tuple[MediaInfo, list[Checked]]:
    """Make of `source` in the folder `take` what members would be shown, checked and complete.

    `on_progress` is told the share done, 0 to 1, about twice a second. Returns what the source is
    and the renditions: pictures, lowest first, then the sound alone. Raises MediaRefusedError and
    TranscodeFailedError with a sentence each.
    """
    info = probe(source)
    info = replace(info, loudness=ffmpeg.measured_loudness(source, info, during=lambda: None))
    plans = [] if info.picture is None else renditions_for(info.picture)
    recipe = command.recipe_for(info, plans)
    names = [plan.name for plan in plans]
    names += [command.SOUND_NAME] if recipe.sound_alone else []
    for name in names:
        (take / name).mkdir(parents=True)
    ffmpeg.run(
        [binary or ffmpeg.binary(), *command.arguments(source, info, recipe)],
        limits=ffmpeg.limits_for(info),
        wall_seconds=wall_seconds or ffmpeg.wall_seconds_for(info),
        cwd=take,
        on_progress=lambda at: on_progress(min(1.0, at.seconds / info.duration_seconds)),
    )
    made = [packaging.checked(take / plan.name, plan) for plan in plans]
    made += [packaging.checked(take / command.SOUND_NAME, None)] if recipe.sound_alone else []
    for one in made:
        packaging.check_whole(one, info.duration_seconds)
        packaging.finish(take / one.name)
    packaging.check_companions(take, recipe)
    if plans:
        stills.finish(take, info)
    packaging.publish(take, (packaging.listed(one, one.name) for one in made))
    return info, made
