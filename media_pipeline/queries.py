"""Which lectures and uploads a person sees."""

from collections.abc import Iterable, Iterator
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

from lms.core import jobs
from lms.core.models import Job
from lms.members.models import Branch, Role
from lms.members.queries import branches_of_role
from media_pipeline.models import (
    Asset,
    AssetState,
    CaptionLanguage,
    CaptionTrack,
    KeyCount,
    TakeKey,
    Upload,
    UploadState,
)

HANDLING = (Role.INSTRUCTOR, Role.ADMINISTRATOR)


def lecture_branches(by: Any) -> QuerySet[Branch]:
    """The branches for which `by` may bring lectures in: the subtrees of the own roles."""
    return branches_of_role(by, *HANDLING)


def visible_assets(by: Any) -> QuerySet[Asset]:
    """The lectures of the branches `by` teaches in or administers, the newest first."""
    return (
        Asset.objects.filter(owner_branch__in=lecture_branches(by).order_by())
        .select_related("owner_branch", "uploaded_by")
        .order_by("-created_at", "id")
    )


def choosable_assets(by: Any) -> QuerySet[Asset]:
    """The lectures `by` may put on a page: whole and checked ones."""
    return visible_assets(by).filter(state=AssetState.READY)


def unfinished_assets(by: Any) -> QuerySet[Asset]:
    """The visible lectures that are being worked on or have failed, the failed ones first."""
    return (
        visible_assets(by)
        .exclude(state=AssetState.READY)
        .order_by(Case(When(state=AssetState.FAILED, then=0), default=1), "-created_at", "id")
    )


def history_of(asset: Asset) -> QuerySet[Job]:
    """Every piece of work done on a lecture, the newest first."""
    return jobs.jobs_of(subject_id=str(asset.pk))


def caption_tracks(asset_id: Any) -> QuerySet[CaptionTrack]:
    """A lecture's captions in the order of the languages, each with its `cue_count`, no cues."""
    order = [When(language=language, then=at) for at, language in enumerate(CaptionLanguage.values)]
    return (
        CaptionTrack.objects.filter(asset_id=asset_id)
        .select_related("changed_by")
        .defer("cues")
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
    tracks = CaptionTrack.objects.select_related("asset")
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


def open_uploads(by: Any) -> QuerySet[Upload]:
    """The uploads `by` has begun and may go on with."""
    return Upload.objects.filter(by=by, state=UploadState.OPEN)


def own_upload(by: Any, upload_id: Any) -> Upload | None:
    """An upload of one's own, in any state; nobody else's."""
    return Upload.objects.filter(by=by, pk=upload_id).first()


# --- What the storage must keep ---------------------------------------------------------------


def kept_media() -> Iterator[tuple[UUID, str, str]]:
    """(id, shown take, the recording's SHA-256) of every lecture; "" for what there is not."""
    rows = Asset.objects.order_by("created_at", "id").values_list("pk", "take", "sha256")
    return rows.iterator(chunk_size=2000)


def wanted_originals(ids: Iterable[UUID]) -> set[UUID]:
    """Of these ids, those whose recording some row names or an upload will name in the end."""
    every = list(ids)
    return set(Asset.objects.filter(pk__in=every).values_list("pk", flat=True)) | open_upload_ids(
        every
    )


def open_upload_ids(ids: Iterable[UUID]) -> set[UUID]:
    """Of these ids, those of uploads that may still go on."""
    found = Upload.objects.filter(pk__in=list(ids), state=UploadState.OPEN)
    return set(found.values_list("pk", flat=True))


def living_takes(ids: Iterable[UUID]) -> dict[UUID, set[str]]:
    """Of these lectures, the takes that are shown and those some worker is making now."""
    living: dict[UUID, set[str]] = {}
    every = list(ids)
    for asset_id, take in Asset.objects.filter(pk__in=every).values_list("pk", "take"):
        living.setdefault(asset_id, set()).add(take)
    jobs_on_them = Job.objects.filter(subject_id__in=[str(one) for one in every])
    for subject_id, token in jobs_on_them.values_list("subject_id", "lease_token"):
        if token is not None:
            living.setdefault(UUID(subject_id), set()).add(token.hex)
    return living
