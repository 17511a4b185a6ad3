"""One run of ffmpeg over a lecture or a stretch of it, under a job's lease; and joining pieces."""

import time
from collections.abc import Collection, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lms.core import clock, jobs, on_air
from lms.core.jobs import HEARTBEAT_SECONDS, Lease, Pulse
from lms.core.states import advance
from media_pipeline import (
    command,
    editing,
    ffmpeg,
    files,
    keys,
    packaging,
    planning,
    posters,
    queries,
    sealing,
    stills,
)
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
from media_pipeline.publishing import Publisher
from media_pipeline.storage import copy_to, media_storage

# The last stretch is the check, not ffmpeg's.
MOST_PERCENT_WHILE_RUNNING = 99
JOINED_SOUND = "sound.mp4"
JOINED_PIECES = "pieces.ffconcat"


class Source:
    """A lecture's recording and the renditions its facts ask for."""

    def __init__(self, asset: Asset) -> None:
        self.asset = asset
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
        prefix = files.take_prefix(piece.asset_id, piece.take)
        self.publisher = Publisher(
            folder=self.folder,
            prefix=f"{prefix}{self.name}/",
            storage=media_storage(),
            take=(self.take, prefix) if piece.is_whole else None,
        )
        self.beaten_at = time.monotonic()
        self.asked_at = -float(HEARTBEAT_SECONDS)
        self.is_held = False
        self.is_first_checked = False
        self.candidates: list[posters.Candidate] = []

    def close(self) -> None:
        """Nothing is sent to the storage any more once this returns."""
        self.publisher.close()

    def make(self, source: Path) -> None:
        """Run ffmpeg over `source`; raises DiskFullError, TranscodeFailedError, LeaseLostError."""
        files.ensure_room(self.source.most_bytes(self.piece.names, self.span))
        self.folder.mkdir(parents=True)
        if self.piece.is_whole:
            for name in self.piece.names:
                (self.folder / name).mkdir()
        info = self.source.info
        done = ffmpeg.run(
            [ffmpeg.binary(), *command.arguments(source, info, self.recipe)],
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
        self.publisher.follow()
        if self.shows and not self.asset.take and not self.asset.is_internal:
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
        if not self.is_first_checked:
            first = packaging.checked(folder, lowest)
            packaging.publish_first(self.take, first, f"{self.name}/{self.source.lowest}")
            # The one file that is whole by now: the progressive one is still being written.
            files.show_copy(self.folder / command.POSTER_NAME, self.take)
            self.is_first_checked = True
        if not self.publisher.shows(self.source.lowest):
            return
        with transaction.atomic():
            # The lecture's row first, the job's after it: the order everybody keeps.
            advance(
                self.asset,
                to=AssetState.RUNNING,
                from_=[AssetState.RUNNING],
                # Not if it has become internal since: that is shown encrypted or not at all.
                where=Q(is_internal=False),
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
        if self.recipe.poster:
            self.candidates = stills.finish(self.folder, self.recipe.shown(self.source.info))
        _seal_if_sealed(self.piece, [self.folder / one.name for one in made], self.lease)
        return made

    def publish(self) -> None:
        """Send what was made to where it is kept; raises StorageUnavailableError."""
        self.publisher.everything(during=Pulse(self.lease))
        if not media_storage().is_here:
            if self.shows:  # and so it is this run's own, and has just been sent
                for name in (packaging.MASTER_NAME, command.POSTER_NAME):
                    (self.take / name).unlink(missing_ok=True)
        elif self.piece.is_whole:
            # What belongs to the lecture and to no rendition lies where the take begins.
            for path in list(self.folder.iterdir()):
                files.bring_out(path, self.take)


def _seal_if_sealed(of: Piece | Rendition, renditions: Sequence[Path], lease: Lease) -> None:
    """What is made again for a take that is encrypted is encrypted too."""
    key = keys.key_of(of.asset_id, of.take)
    if key is None:
        return
    for folder in renditions:
        sealing.seal_rendition(folder, key=key, during=Pulse(lease))
        (folder.parent / command.PROGRESSIVE_NAME).unlink(missing_ok=True)


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
        self.fetched = self.take / f"{self.name}-fetched"

    def make(self, sound_from: Rendition | None) -> Checked:
        """Join the pieces with the sound of `sound_from`, a finished rendition, and read it back.

        Raises DiskFullError, TranscodeFailedError, StorageUnavailableError, LeaseLostError.
        """
        name = self.rendition.name
        files.ensure_room(self.source.most_bytes([name], None))
        (self.folder / name).mkdir(parents=True)
        rate = self.source.plans[-1].frame_rate
        self._ensure_complete(planning.total_frames(self.source.seconds, rate))
        lines = ["ffconcat version 1.0"]
        for piece in self.pieces:
            assert piece.frames is not None
            path = self._at_hand(f"{piece.folder}/{name}.mp4")
            lines += [f"file 'file:{path.resolve()}'", f"duration {float(piece.frames / rate):.6f}"]
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
        _seal_if_sealed(self.rendition, [self.folder / name], self.lease)
        publisher = Publisher(
            folder=self.folder, prefix=f"{self._prefix}{self.name}/", storage=media_storage()
        )
        with closing(publisher):
            publisher.everything(during=self._pulse)
        return made

    @property
    def _prefix(self) -> str:
        return files.take_prefix(self.rendition.asset_id, self.rendition.take)

    def _at_hand(self, name: str) -> Path:
        """A file of the take on this machine, fetched if another has made it."""
        storage = media_storage()
        if storage.is_here:
            return self.take / name
        path = self.fetched / name
        path.parent.mkdir(parents=True, exist_ok=True)
        copy_to(storage, self._prefix + name, path, during=self._pulse)
        return path

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
    def _pulse(self) -> Pulse:
        return Pulse(self.lease)

    def _sound(self, rendition: Rendition) -> Path:
        """One file with the sound as it was encoded once, beside the small picture."""
        index = self._at_hand(f"{rendition.folder}/{command.INDEX_NAME}")
        folder = index.parent
        names = [command.INIT_NAME, *(name for name, _s in packaging.listed_segments(folder))]
        target = self.folder / JOINED_SOUND
        parts = [self._at_hand(f"{rendition.folder}/{name}") for name in names]
        key = keys.key_of(rendition.asset_id, rendition.take)
        if key is None:
            files.concatenate(parts, target)
        else:
            target.write_bytes(b"".join(sealing.opened_parts(folder, key=key)))
        return target
