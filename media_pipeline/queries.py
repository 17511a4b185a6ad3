"""Which lectures and uploads a person sees."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    When,
)
from django.db.models.functions import Coalesce

from lms.core.models import Job
from lms.members.models import Branch, Role
from lms.members.queries import branches_of_role
from media_pipeline import editing
from media_pipeline.chapters import Chapter
from media_pipeline.models import (
    OPEN_PIECE_STATES,
    ArchivedFile,
    Asset,
    AssetState,
    CaptionCopy,
    CaptionLanguage,
    CaptionTrack,
    ChapterList,
    KeyCount,
    Piece,
    PieceState,
    Rendition,
    RenditionState,
    Replacement,
    ReplacementState,
    Stills,
    TakeKey,
    Upload,
    UploadState,
)

# The kinds of jobs on lectures. Two queues encode: the small sizes of every lecture come before
# the large ones of any.
PROBE_JOB = "media_pipeline.probe_asset"
FIRST_JOB = "media_pipeline.encode_first"
ENCODE_JOB = "media_pipeline.encode_piece"
JOIN_JOB = "media_pipeline.join_rendition"
REPACKAGE_JOB = "media_pipeline.repackage_asset"
ENCODE_JOBS = (FIRST_JOB, ENCODE_JOB)
HANDLING = (Role.INSTRUCTOR, Role.ADMINISTRATOR)


def lecture_branches(by: Any) -> QuerySet[Branch]:
    """The branches for which `by` may bring lectures in: the subtrees of the own roles."""
    return branches_of_role(by, *HANDLING)


def visible_assets(by: Any) -> QuerySet[Asset]:
    """The lectures of the branches `by` teaches in or administers, the newest first."""
    return (
        Asset.objects.filter(owner_branch__in=lecture_branches(by).order_by())
        .exclude(replacing__state=ReplacementState.DISCARDED)  # swept in some minutes
        .select_related("owner_branch", "uploaded_by")
        .order_by("-created_at", "id")
    )


def own_lectures(by: Any) -> QuerySet[Asset]:
    """The visible lectures without those that are another's new or former content."""
    return visible_assets(by).filter(replacing__isnull=True)


def choosable_assets(by: Any) -> QuerySet[Asset]:
    """The lectures `by` may put on a page: whole and checked ones, no other's new content."""
    return own_lectures(by).filter(state=AssetState.READY)


def unfinished_assets(by: Any) -> QuerySet[Asset]:
    """The visible lectures that are being worked on or have failed, the failed ones first."""
    return (
        visible_assets(by)
        .exclude(state=AssetState.READY)
        .order_by(Case(When(state=AssetState.FAILED, then=0), default=1), "-created_at", "id")
    )


def open_replacement(asset: Asset) -> Replacement | None:
    """The new content of a lecture that is being made or compared."""
    return _replacements(asset).filter(state=ReplacementState.OPEN).first()


def last_replacement(asset: Asset) -> Replacement | None:
    """The new content that is open, or else the last that was shown."""
    found = _replacements(asset).exclude(state=ReplacementState.DISCARDED)
    return _open_first(found).first()


def moves_of(asset_id: UUID) -> list[editing.Mapping]:
    """How the moments of a lecture moved, content by content, since it was first shown."""
    shown = [ReplacementState.SHOWN, ReplacementState.SETTLED]
    found = Replacement.objects.filter(asset=asset_id, state__in=shown).order_by("id")
    return [editing.as_mapping(mapping) for mapping in found.values_list("mapping", flat=True)]


def _open_first(rows: QuerySet[Replacement]) -> QuerySet[Replacement]:
    return rows.order_by(Case(When(state=ReplacementState.OPEN, then=0), default=1), "-id")


def _replacements(asset: Asset) -> QuerySet[Replacement]:
    return Replacement.objects.filter(asset=asset).select_related("successor", "made_by", "asset")


@dataclass(frozen=True)
class Versions:
    """A lecture's last replacement, or the key of the lecture whose new content it is."""

    last: Replacement | None = None
    of: UUID | None = None


def versions_of(asset: Asset) -> Versions:
    """Where a lecture stands among the contents of one."""
    rows = Replacement.objects.filter(Q(asset=asset) | Q(successor=asset))
    rows = rows.exclude(state=ReplacementState.DISCARDED)
    first = _open_first(rows.select_related("successor", "made_by", "asset")).first()
    if first is not None and first.successor_id == asset.pk:
        return Versions(of=first.asset_id)
    return Versions(last=first)


def is_other_content(asset: Asset) -> bool:
    """Whether it is a new or former content of another lecture."""
    return Replacement.objects.filter(successor=asset).exists()


def other_contents(asset: Asset) -> list[Asset]:
    """Its new and former contents, their rows held."""
    found = Asset.objects.select_for_update().filter(replacing__asset=asset)
    return list(found.order_by("created_at"))


def replacements_over(now: dt.datetime) -> QuerySet[Replacement]:
    """Those whose content that is not shown need not be kept any longer."""
    over = (ReplacementState.SHOWN, ReplacementState.DISCARDED)
    return Replacement.objects.filter(
        state__in=over, kept_until__lte=now, successor__isnull=False
    ).order_by("id")


def sources_elsewhere() -> QuerySet[Asset]:
    """Lectures whose file lies under a name that nobody else has a claim to any more."""
    held = Replacement.objects.filter(successor__isnull=False).values("asset")
    return Asset.objects.filter(source__isnull=False, replacing__isnull=True).exclude(pk__in=held)


def history_of(asset: Asset) -> QuerySet[Job]:
    """Every piece of work done on a lecture, the newest first."""
    pieces = [str(pk) for pk in asset.pieces.values_list("pk", flat=True)]
    renditions = [str(pk) for pk in asset.renditions.values_list("pk", flat=True)]
    return Job.objects.filter(
        Q(subject_id=str(asset.pk))
        | Q(kind__in=ENCODE_JOBS, subject_id__in=pieces)
        | Q(kind=JOIN_JOB, subject_id__in=renditions)
    ).order_by("-id")


def locked(asset: Asset) -> Asset:
    """The lecture as it is now, its row held to the end of the transaction."""
    return Asset.objects.select_for_update().get(pk=asset.pk)


def state_of(asset_id: Any) -> str:
    """A lecture's state as it is now; empty for one that is no more."""
    return Asset.objects.filter(pk=asset_id).values_list("state", flat=True).first() or ""


def has_open_work(asset: Asset) -> bool:
    """Whether anything is still to be done on a lecture."""
    is_over = asset.state in (AssetState.READY, AssetState.FAILED)
    return not is_over or has_open_renditions(asset)


def has_open_renditions(asset: Asset) -> bool:
    """Whether a size of a lecture is being made."""
    return asset.renditions.filter(take=asset.making, state=RenditionState.WAITING).exists()


def assets_at_work() -> QuerySet[Asset]:
    """The lectures on which something is still to be done."""
    again = Rendition.objects.filter(state=RenditionState.WAITING).values("asset")
    return Asset.objects.exclude(state__in=(AssetState.READY, AssetState.FAILED)) | (
        Asset.objects.filter(state=AssetState.READY, pk__in=again)
    )


def failed_assets(by: Any) -> QuerySet[Asset]:
    """The visible lectures that have failed."""
    return visible_assets(by).filter(state=AssetState.FAILED)


def failed_renditions(by: Any) -> QuerySet[Rendition]:
    """The sizes that have failed of visible lectures that are watched without them."""
    ready = visible_assets(by).filter(state=AssetState.READY).order_by()
    return Rendition.objects.filter(
        asset__in=ready, state=RenditionState.FAILED, take=F("asset__making")
    ).select_related("asset", "asset__owner_branch")


def failed_rendition(asset: Asset, name: str) -> Rendition | None:
    """A size of a lecture that has failed."""
    return asset.renditions.filter(
        take=asset.making, name=name, state=RenditionState.FAILED
    ).first()


def open_pieces() -> QuerySet[Piece]:
    """What is being made or waits to be, of all lectures, in the order it was sent."""
    return (
        Piece.objects.filter(state__in=OPEN_PIECE_STATES)
        .select_related("asset", "asset__owner_branch")
        .order_by("id")
    )


def jobs_of_pieces(pieces: Iterable[Piece]) -> dict[int, Job]:
    """The newest job of each piece that has one, by the piece's key."""
    found = Job.objects.filter(kind__in=ENCODE_JOBS, subject_id__in=[str(p.pk) for p in pieces])
    return {int(job.subject_id): job for job in found.order_by("id")}


def percent_of(asset: Asset) -> int:
    """How much of what is to be made of a lecture has been made, 0 to 99."""
    pieces = asset.pieces.filter(take=asset.making).exclude(state=PieceState.FAILED)
    parts = list(pieces.values_list("weight", "percent"))
    whole = sum(weight for weight, _percent in parts) or 1.0
    return min(99, int(sum(weight * percent for weight, percent in parts) / whole))


def piece_of_job(job_id: int) -> Piece | None:
    """What a job is about to make; None if it is no longer wanted."""
    job = Job.objects.filter(pk=job_id, kind__in=ENCODE_JOBS).first()
    if job is None:
        return None
    return Piece.objects.select_related("asset").filter(pk=job.subject_id).first()


def last_job(piece: Piece) -> Job | None:
    """The newest job that was to make a piece."""
    found = Job.objects.filter(kind__in=ENCODE_JOBS, subject_id=str(piece.pk))
    return found.order_by("-id").first()


def last_join(rendition: Rendition) -> Job | None:
    """The newest job that was to join a rendition."""
    found = Job.objects.filter(kind=JOIN_JOB, subject_id=str(rendition.pk))
    return found.order_by("-id").first()


def pieces_of(rendition: Rendition) -> list[Piece]:
    """The finished pieces a rendition is joined of, in order; of two of one stretch the newer."""
    done = rendition.asset.pieces.filter(
        take=rendition.take, state=PieceState.DONE, frames__isnull=False
    )
    wanted = [piece for piece in done.order_by("id") if rendition.name in piece.names]
    newest = {piece.first_frame: piece for piece in wanted}
    return [newest[first] for first in sorted(newest, key=lambda first: first or 0)]


def sound_beside(rendition: Rendition) -> Rendition | None:
    """The smallest finished picture of the same take: its sound is the lecture's."""
    ready = rendition.asset.renditions.filter(take=rendition.take, state=RenditionState.READY)
    if not rendition.asset.has_sound:
        return None
    return ready.filter(height__gt=0).order_by("height").first()


def is_ready(asset: Asset, name: str) -> bool:
    """Whether a rendition of the take in the making is whole and checked."""
    return asset.renditions.filter(
        take=asset.making, name=name, state=RenditionState.READY
    ).exists()


def caption_tracks(asset_id: Any) -> QuerySet[CaptionTrack]:
    """A lecture's captions in the order of the languages, each with its `cue_count`, no cues."""
    order = [When(language=language, then=at) for at, language in enumerate(CaptionLanguage.values)]
    return (
        CaptionTrack.objects.filter(asset_id=asset_id)
        .select_related("changed_by")
        .defer("cues", "grams")
        .annotate(
            cue_count=Func("cues", function="jsonb_array_length", output_field=IntegerField())
        )
        .order_by(Case(*order))
    )


def caption_languages(asset_id: Any) -> list[CaptionLanguage]:
    """The languages a lecture has captions in, in the order of the languages."""
    found = CaptionTrack.objects.filter(asset_id=asset_id).values_list("language", flat=True)
    return sorted(map(CaptionLanguage, found), key=list(CaptionLanguage).index)


def caption_track(asset_id: Any, language: str) -> CaptionTrack | None:
    """A lecture's captions in that language, its lecture at hand; None if it has none."""
    tracks = CaptionTrack.objects.select_related("asset").defer("grams")
    return tracks.filter(asset_id=asset_id, language=language).first()


def take_key(asset_id: Any, take: str) -> TakeKey | None:
    """The key that take is encrypted with; None for one that is not."""
    return TakeKey.objects.filter(asset_id=asset_id, take=take).first()


def is_sealed(asset: Asset) -> bool:
    """Whether the take that is shown is encrypted."""
    return TakeKey.objects.filter(asset=asset, take=asset.take).exists()


def asset_in_take(asset_id: Any, take: str) -> Asset | None:
    """The lecture if that is the take it is shown in."""
    found = Asset.objects.select_related("owner_branch")
    return found.filter(pk=asset_id, take=take).first()


def is_internal(asset_id: Any) -> bool:
    return Asset.objects.filter(pk=asset_id, is_internal=True).exists()


def key_totals(asset: Asset) -> dict[str, int]:
    """How often a lecture's key was `given` and `refused`, and to how many `members`."""
    found = KeyCount.objects.filter(asset=asset).aggregate(
        members=Count("member", filter=Q(given__gt=0), distinct=True),
        refused=Coalesce(Sum("refused"), 0),
        given=Coalesce(Sum("given"), 0),
    )
    return dict(found)


def wrongly_packaged() -> QuerySet[Asset]:
    """Finished lectures that are shown encrypted and should not be, or the other way round."""
    sealed = Exists(TakeKey.objects.filter(asset=OuterRef("pk"), take=OuterRef("take")))
    finished = Asset.objects.filter(state=AssetState.READY)
    return finished.alias(is_sealed=sealed).exclude(is_internal=F("is_sealed"))


def stills_of(asset_id: Any) -> Stills | None:
    """What a lecture may be stood for by, and what was chosen; None if it was never made."""
    return Stills.objects.filter(asset_id=asset_id).first()


def caption_copies(asset_id: Any, language: str) -> QuerySet[CaptionCopy]:
    """Versions that were kept, the newest first, each with its `cue_count`, no cues."""
    return (
        CaptionCopy.objects.filter(asset_id=asset_id, language=language)
        .select_related("by")
        .defer("cues")
        .annotate(
            cue_count=Func("cues", function="jsonb_array_length", output_field=IntegerField())
        )
        .order_by("-kept_at", "-pk")
    )


def caption_copy(asset_id: Any, copy_id: int) -> CaptionCopy | None:
    """One kept version of this lecture's captions, its lecture at hand."""
    copies = CaptionCopy.objects.select_related("asset__owner_branch")
    return copies.filter(asset_id=asset_id, pk=copy_id).first()


def assets_saying(grams: list[str]) -> QuerySet[CaptionTrack, Any]:
    """The keys of the lectures whose captions hold all of these grams; more may be too many."""
    found = CaptionTrack.objects.filter(grams__contains=grams)
    return found.order_by().values("asset_id")


def tracks_saying(grams: list[str], asset_ids: list[Any]) -> QuerySet[CaptionTrack]:
    """The captions of these lectures that hold all of these grams, in the order of languages."""
    order = [When(language=language, then=at) for at, language in enumerate(CaptionLanguage.values)]
    return (
        CaptionTrack.objects.filter(asset_id__in=asset_ids, grams__contains=grams)
        .defer("grams")
        .order_by("asset_id", Case(*order))
    )


def length_of(asset_id: Any) -> int:
    """How long a lecture lasts in milliseconds; nought where it is not known."""
    found = Asset.objects.filter(pk=asset_id).values_list("duration_ms", flat=True).first()
    return found or 0


def chapter_list(asset_id: Any) -> ChapterList | None:
    """A lecture's chapters with who changed them last; None if it never had any."""
    return ChapterList.objects.filter(asset_id=asset_id).select_related("changed_by").first()


def marks_of(asset: Asset) -> tuple[Chapter, ...]:
    """A lecture's chapters, in order; no statement where they were selected with it."""
    found: ChapterList | None = getattr(asset, "chapter_list", None)
    return found.marks if found else ()


def chapters_of(asset_id: Any) -> tuple[Chapter, ...]:
    """A lecture's chapters, in order."""
    found = ChapterList.objects.filter(asset_id=asset_id).only("chapters").first()
    return found.marks if found else ()


def open_uploads(by: Any) -> QuerySet[Upload]:
    """The uploads `by` has begun and may go on with."""
    return Upload.objects.filter(by=by, state=UploadState.OPEN)


def own_upload(by: Any, upload_id: Any) -> Upload | None:
    """An upload of one's own, in any state; nobody else's."""
    return Upload.objects.filter(by=by, pk=upload_id).first()


def archived_as(asset: Asset) -> ArchivedFile | None:
    """What the list of an archive said of a lecture that came in from a folder."""
    return ArchivedFile.objects.filter(asset=asset).first()


# --- What the storage must keep ---------------------------------------------------------------


def kept_media() -> Iterator[tuple[UUID, str, str]]:
    """(id, shown take, the recording's SHA-256) of every lecture; "" for what there is not."""
    rows = Asset.objects.order_by("created_at", "id").values_list("pk", "take", "sha256")
    return rows.iterator(chunk_size=2000)


def wanted_originals(ids: Iterable[UUID]) -> set[UUID]:
    """Of these ids, those whose recording some row names or an upload will name in the end."""
    every = list(ids)
    named = Asset.objects.filter(Q(pk__in=every) | Q(source__in=every)).values_list("pk", "source")
    return {one for pair in named for one in pair if one} | open_upload_ids(every)


def open_upload_ids(ids: Iterable[UUID]) -> set[UUID]:
    """Of these ids, those of uploads that may still go on."""
    found = Upload.objects.filter(pk__in=list(ids), state=UploadState.OPEN)
    return set(found.values_list("pk", flat=True))


def living_takes(ids: Iterable[UUID]) -> dict[UUID, set[str]]:
    """Of these lectures, the takes that are shown and those some worker is making now."""
    living: dict[UUID, set[str]] = {}
    every = list(ids)
    rows = Asset.objects.filter(pk__in=every).values_list("pk", "take", "making")
    for asset_id, *takes in rows:
        living.setdefault(asset_id, set()).update(takes)
    # Contents that were exchanged lie under both names, for who was just watching.
    pairs = Replacement.objects.filter(Q(asset__in=every) | Q(successor__in=every))
    for row in pairs.filter(successor__isnull=False).select_related("asset", "successor"):
        both = [one for one in (row.asset, row.successor) if one is not None]
        for one in both:
            if one.pk in every:
                living.setdefault(one.pk, set()).update(each.take for each in both)
    jobs_on_them = Job.objects.filter(subject_id__in=[str(one) for one in every])
    for subject_id, token in jobs_on_them.values_list("subject_id", "lease_token"):
        if token is not None:
            living.setdefault(UUID(subject_id), set()).add(token.hex)
    return living
