"""One run over one lecture, from the first segment to the last check, under a job's lease."""

import time

from django.db import transaction

from lms.core import clock, jobs
from lms.core.jobs import HEARTBEAT_SECONDS, Lease, LeaseLostError
from lms.core.states import advance
from media_pipeline import command, ffmpeg, files, packaging, poster_notes, stills
from media_pipeline.ladder import (
    AUDIO_BITRATE,
    LISTENING_BITRATE,
    SOUND_NAME,
    RenditionPlan,
    progressive_plan,
    renditions_for,
)
from media_pipeline.models import Asset, AssetState, Rendition
from media_pipeline.probe import MediaInfo
from media_pipeline.signals import asset_ready

# The last stretch is the check, not ffmpeg's.
MOST_PERCENT_WHILE_RUNNING = 99


class Run:
    """Writes into a take of its own, named by the lease's token, and publishes it.

    Nothing it writes is shown before the asset's row names the take, and the row is written
    only while the lease is held: killed, repeated or overtaken, one whole result is shown.
    """

    def __init__(self, *, asset: Asset, lease: Lease) -> None:
        self.asset = asset
        self.lease = lease
        self.take = lease.token.hex
        self.folder = files.take_folder(asset.pk, self.take)
        self.source = files.original_path(asset.pk)
        self.info = MediaInfo.from_facts(asset.facts)
        picture = self.info.picture
        self.plans = [] if picture is None else renditions_for(picture)
        self.has_sound = self.info.sound_index is not None
        self.playable = False
        self.beaten_at = time.monotonic()

    @property
    def most_bytes(self) -> int:
        """What the take may need on the disk."""
        pictures = [*self.plans, progressive_plan(self.plans)] if self.plans else []
        bits = sum(plan.max_bitrate + AUDIO_BITRATE for plan in pictures) + LISTENING_BITRATE
        return int(bits / 8 * self.info.duration_seconds)

    def make(self) -> None:
        """Run ffmpeg; raises DiskFullError, TranscodeFailedError, LeaseLostError."""
        files.ensure_room(self.most_bytes)
        files.drop_other_takes(self.asset.pk, keep="")
        for name in (*(plan.name for plan in self.plans), SOUND_NAME):
            (self.folder / name).mkdir(parents=True)
        self.log_tail = ffmpeg.run(
            [ffmpeg.binary(), *command.arguments(self.source, self.info, self.plans)],
            limits=ffmpeg.limits_for(self.info),
            wall_seconds=ffmpeg.wall_seconds_for(self.info),
            cwd=self.folder,
            on_progress=self._progress,
        )

    def _progress(self, progress: ffmpeg.Progress) -> None:
        if not self.playable:
            self._show_first()
        if time.monotonic() - self.beaten_at < HEARTBEAT_SECONDS / 2:
            return
        self.beaten_at = time.monotonic()
        share = progress.seconds / max(self.info.duration_seconds, 0.001)
        percent = min(MOST_PERCENT_WHILE_RUNNING, int(100 * share))
        jobs.beat(lease=self.lease, percent=percent, log_tail=progress.log_tail)
        advance(self.asset, to=AssetState.RUNNING, from_=[AssetState.RUNNING], percent=percent)

    def _show_first(self) -> None:
        """Let the lowest rendition be watched while the others, and its own rest, are made."""
        lowest: RenditionPlan | None = self.plans[0] if self.plans else None
        folder = self.folder / (lowest.name if lowest else SOUND_NAME)
        if len(packaging.listed_segments(folder)) < packaging.PLAYABLE_SEGMENTS:
            return
        packaging.publish_first(self.folder, packaging.checked(self.folder, lowest))
        with jobs.fenced(lease=self.lease):
            advance(
                self.asset,
                to=AssetState.RUNNING,
                from_=[AssetState.RUNNING],
                take=self.take,
                playable_at=clock.now(),
            )
        self.playable = True

    def publish(self) -> None:
        """Check everything, then show it: one transaction under the lease."""
        made = packaging.check_all(
            self.folder,
            self.plans,
            seconds=self.info.duration_seconds,
            has_sound=self.has_sound,
        )
        packaging.publish_all(self.folder, made)
        candidates = stills.finish(self.folder, self.info)
        now = clock.now()
        with jobs.fenced(lease=self.lease):
            moved = advance(
                self.asset,
                to=AssetState.READY,
                from_=[AssetState.RUNNING],
                percent=100,
                reason="",
                take=self.take,
                duration_ms=round(made[0].duration_seconds * 1000),
                playable_at=self.asset.playable_at or now,
                ready_at=now,
            )
            if not moved:
                raise LeaseLostError
            self._write_renditions(made)
            poster_notes.note_candidates(asset=self.asset, candidates=candidates)
            jobs.finish(lease=self.lease)
            asset_id = self.asset.pk
            transaction.on_commit(
                lambda: asset_ready.send(sender=Asset, asset_id=asset_id), robust=True
            )

    def _write_renditions(self, made: list[packaging.Checked]) -> None:
        self.asset.renditions.all().delete()
        Rendition.objects.bulk_create(
            Rendition(
                asset=self.asset,
                name=one.name,
                width=one.plan.width if one.plan else 0,
                height=one.plan.height if one.plan else 0,
                frame_rate=float(one.plan.frame_rate) if one.plan else 0.0,
                codecs=one.codecs,
                peak_bandwidth=one.peak_bandwidth,
                average_bandwidth=one.average_bandwidth,
                segments=one.segments,
                size_bytes=one.size_bytes,
            )
            for one in made
        )
