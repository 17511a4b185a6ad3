"""One run of ffmpeg over a lecture or a stretch of it, under a job's lease; and joining pieces."""

import time
from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from lms.core import clock, jobs, on_air
from lms.core.jobs import HEARTBEAT_SECONDS, Lease
from lms.core.states import advance
from media_pipeline import command, editing, ffmpeg, files, packaging, planning, queries
from media_pipeline.ladder import (
    AUDIO_BITRATE,
    LISTENING_BITRATE,
    SOUND_NAME,
    RenditionPlan,
    renditions_for,
)
from media_pipeline.models import Asset, AssetState, Piece, PieceState, Rendition
from media_pipeline.packaging import Checked
from media_pipeline.planning import Span
from media_pipeline.probe import MediaInfo

# The last stretch is the check, not ffmpeg's.
MOST_PERCENT_WHILE_RUNNING = 99
JOINED_SOUND = "sound.mp4"
JOINED_PIECES = "pieces.ffconcat"


class Source:
    """A lecture's recording and the renditions its facts ask for."""

    def __init__(self, asset: Asset) -> None:
        self.asset = asset
        self.path = files.original_path(asset.source_key)
        self.info = MediaInfo.from_facts(asset.facts)
        self.kept = editing.as_kept(asset.edits)

    @cached_property
    def plans(self) -> list[RenditionPlan]:
        picture = self.info.picture
        return [] if picture is None else renditions_for(picture)

    def recipe(self, names: Collection[str], span: Span | None = None) -> command.Recipe:
        """How to make these renditions, or a stretch of them."""
        return command.recipe_for(self.info, self.plans, names=names, span=span, kept=self.kept)

    @cached_property
    def seconds(self) -> float:
        """How long the lecture is to be."""
        return self.recipe(()).shown_seconds(self.info)

    @property
    def format_name(self) -> str:
        """Of what kind the file is, for who plans pieces: an edited one is made in one run."""
        return "" if self.kept else self.info.format_name

    @property
    def has_sound(self) -> bool:
        return self.info.sound_index is not None

    @property
    def lowest(self) -> str:
        """The name of the rendition that is shown first."""
        return self.plans[0].name if self.plans else SOUND_NAME

    def plan(self, name: str) -> RenditionPlan | None:
        """The plan of that name; None for the sound alone."""
        return next((plan for plan in self.plans if plan.name == name), None)

    def span_of(self, piece: Piece) -> Span | None:
        """The stretch a piece is about."""
        if piece.first_frame is None or piece.frames is None:
            return None
        end = piece.first_frame + piece.frames
        total = planning.total_frames(self.seconds, self.plans[-1].frame_rate)
        return Span(piece.first_frame, piece.frames, is_last=end >= total)

    def most_bytes(self, names: Sequence[str], span: Span | None) -> int:
        """What making these renditions may need on the disk."""
        plans = [plan for plan in self.plans if plan.name in names]
        recipe = self.recipe(names, span)
        if recipe.progressive and self.plans:
            plans.append(next(plan for plan in plans if plan.name == recipe.progressive))
        bits = sum(plan.max_bitrate + AUDIO_BITRATE for plan in plans)
        seconds = self.seconds
        if span is not None:
            seconds = float(span.frames / self.plans[-1].frame_rate)
        return int((bits + LISTENING_BITRATE) / 8 * seconds)


class Run:
    """Makes a piece in a folder of its own inside the take, named by the lease's token.

    Nothing it writes is shown before a row names the folder, and rows are written only while the
    lease is held: killed, repeated or overtaken, one whole result is shown.
    """

    def __init__(self, *, piece: Piece, lease: Lease) -> None:
        self.piece = piece
        self.asset = piece.asset
        self.lease = lease
        self.source = Source(piece.asset)
        self.span = self.source.span_of(piece)
        self.name = lease.token.hex[:8]
        self.take = files.take_folder(piece.asset_id, piece.take)
        self.folder = self.take / self.name
        self.shows = piece.is_whole and self.source.lowest in piece.names
        self.recipe = self.source.recipe(piece.names, self.span)
        self.beaten_at = time.monotonic()
        self.asked_at = -float(HEARTBEAT_SECONDS)
        self.is_held = False

    def make(self) -> None:
        """Run ffmpeg; raises DiskFullError, TranscodeFailedError, LeaseLostError."""
        files.ensure_room(self.source.most_bytes(self.piece.names, self.span))
        self.folder.mkdir(parents=True)
        if self.piece.is_whole:
            for name in self.piece.names:
                (self.folder / name).mkdir()
        info = self.source.info
        done = ffmpeg.run(
            [ffmpeg.binary(), *command.arguments(self.source.path, info, self.recipe)],
            limits=ffmpeg.limits_for(info),
            wall_seconds=ffmpeg.wall_seconds_for(info),
            cwd=self.folder,
            on_progress=self._progress,
            hold=self._hold,
        )
        if self.span is not None and not self.span.is_last and done.frames != self.span.frames:
            raise ffmpeg.TranscodeFailedError(
                _("视频在中途断开，文件可能不完整。请重试；如仍失败，请重新拷贝后上传。"),
                f"{done.frames} of {self.span.frames} frames\n{done.log_tail}",
            )

    def _hold(self) -> bool:
        """Whether a class on this machine has the floor; asked of Redis now and then only."""
        now = time.monotonic()
        if now - self.asked_at >= HEARTBEAT_SECONDS / 2:
            self.asked_at = now
            held = on_air.is_on_air()
            if held != self.is_held:
                self.is_held = held
                Piece.objects.filter(pk=self.piece.pk).update(is_paused=held)
        return self.is_held

    def _progress(self, progress: ffmpeg.Progress) -> None:
        if self.shows and not self.asset.take:
            self._show_first()
        if time.monotonic() - self.beaten_at < HEARTBEAT_SECONDS / 2:
            return
        self.beaten_at = time.monotonic()
        seconds = self.source.seconds
        if self.span is not None:
            seconds = float(self.span.frames / self.source.plans[-1].frame_rate)
        share = progress.seconds / max(seconds, 0.001)
        percent = max(0, min(MOST_PERCENT_WHILE_RUNNING, int(100 * share)))
        jobs.beat(lease=self.lease, percent=percent, log_tail=progress.log_tail)
        advance(self.piece, to=PieceState.RUNNING, from_=[PieceState.RUNNING], percent=percent)
        advance(
            self.asset,
            to=AssetState.RUNNING,
            from_=[AssetState.RUNNING],
            percent=queries.percent_of(self.asset),
        )

    def _show_first(self) -> None:
        """Let the lowest rendition be watched while the others, and its own rest, are made."""
        lowest = self.source.plans[0] if self.source.plans else None
        folder = self.folder / self.source.lowest
        if len(packaging.listed_segments(folder)) < packaging.PLAYABLE_SEGMENTS:
            return
        first = packaging.checked(folder, lowest)
        packaging.publish_first(self.take, first, f"{self.name}/{self.source.lowest}")
        # The one file that is whole by now: the progressive one is still being written.
        files.show_copy(self.folder / command.POSTER_NAME, self.take)
        with transaction.atomic():
            # The lecture's row first, the job's after it: the order everybody keeps.
            advance(
                self.asset,
                to=AssetState.RUNNING,
                from_=[AssetState.RUNNING],
                take=self.piece.take,
                playable_at=clock.now(),
            )
            with jobs.fenced(lease=self.lease):
                pass

    def checked(self) -> list[Checked]:
        """Read back what a run over the whole lecture made; raises TranscodeFailedError."""
        made = [
            packaging.checked(self.folder / name, self.source.plan(name))
            for name in self.piece.names
        ]
        for one in made:
            packaging.check_whole(one, self.source.seconds)
            packaging.finish(self.folder / one.name)
        packaging.check_companions(self.folder, self.recipe)
        # What belongs to the lecture and to no rendition lies where the take begins.
        for path in list(self.folder.iterdir()):
            files.bring_out(path, self.take)
        return made


class Joining:
    """Makes a rendition of its pieces, nothing encoded again, in a folder of its own."""

    def __init__(self, *, rendition: Rendition, pieces: Sequence[Piece], lease: Lease) -> None:
        self.rendition = rendition
        self.pieces = pieces
        self.lease = lease
        self.source = Source(rendition.asset)
        self.name = lease.token.hex[:8]
        self.take = files.take_folder(rendition.asset_id, rendition.take)
        self.folder = self.take / self.name

    def make(self, sound_from: Rendition | None) -> Checked:
        """Join the pieces with the sound of `sound_from`, a finished rendition, and read it back.

        Raises DiskFullError, TranscodeFailedError, LeaseLostError.
        """
        name = self.rendition.name
        files.ensure_room(self.source.most_bytes([name], None))
        (self.folder / name).mkdir(parents=True)
        rate = self.source.plans[-1].frame_rate
        self._ensure_complete(planning.total_frames(self.source.seconds, rate))
        lines = ["ffconcat version 1.0"]
        for piece in self.pieces:
            assert piece.frames is not None
            path = (self.take / piece.folder / f"{name}.mp4").resolve()
            lines += [f"file 'file:{path}'", f"duration {float(piece.frames / rate):.6f}"]
        script = self.folder / JOINED_PIECES
        script.write_text("\n".join(lines) + "\n", encoding="utf-8")
        sound = self._sound(sound_from) if sound_from is not None else None
        ffmpeg.run(
            [ffmpeg.binary(), *command.joining_arguments(script, sound, name)],
            limits=ffmpeg.limits_for(self.source.info),
            wall_seconds=ffmpeg.wall_seconds_for(self.source.info),
            cwd=self.folder,
            on_progress=lambda progress: self._pulse(),
        )
        made = packaging.checked(self.folder / name, self.source.plan(name))
        packaging.check_whole(made, self.source.seconds)
        packaging.finish(self.folder / name)
        script.unlink()
        if sound is not None:
            sound.unlink()
        return made

    def _ensure_complete(self, total: int) -> None:
        at = 0
        for piece in self.pieces:
            if piece.first_frame != at:
                break
            at += piece.frames or 0
        if at < total or not self.pieces:
            raise ffmpeg.TranscodeFailedError(
                _("转码的中间文件不全。请重试。"), f"{at} of {total} frames"
            )

    @cached_property
    def _pulse(self) -> jobs.Pulse:
        return jobs.Pulse(self.lease)

    def _sound(self, rendition: Rendition) -> Path:
        """One file with the sound as it was encoded once, beside the small picture."""
        folder = self.take / rendition.folder
        target = self.folder / JOINED_SOUND
        names = [command.INIT_NAME, *(name for name, _s in packaging.listed_segments(folder))]
        files.concatenate([folder / name for name in names], target)
        return target
