"""Which lectures and uploads a person sees."""

from typing import Any

from django.db.models import Case, Func, IntegerField, QuerySet, When

from lms.core import jobs
from lms.core.models import Job
from lms.members.models import Branch, Role
from lms.members.queries import branches_of_role
from media_pipeline.chapters import Chapter
from media_pipeline.models import (
    Asset,
    AssetState,
    CaptionCopy,
    CaptionLanguage,
    CaptionTrack,
    ChapterList,
    Stills,
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
