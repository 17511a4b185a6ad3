"""A lecture's file, what was made of it, and the uploads it came in by."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.members.models import Branch, Member
from media_pipeline.captions import Cue
from media_pipeline.chapters import Chapter
from media_pipeline.storage_models import ArchivedFile, Removal, StorageQuota

__all__ = [
    "ArchivedFile",
    "Asset",
    "AssetState",
    "CaptionLanguage",
    "CaptionTrack",
    "Removal",
    "Rendition",
    "StorageQuota",
    "Upload",
    "UploadState",
]


class AssetState(models.TextChoices):
    UPLOADED = "uploaded", _("已上传")
    PROBED = "probed", _("已检查")
    QUEUED = "queued", _("等待转码")
    RUNNING = "running", _("转码中")
    PACKAGING = "packaging", _("正在封装")
    READY = "ready", _("可以使用")
    FAILED = "failed", _("未成功")


class Asset(models.Model):
    """One lecture recording: the file as it was handed in, and how far we are with it.

    `take` names the folder of the renditions people are shown, `making` the one that is being
    made. A take is shown from its first whole segments on, so a half-made one is never shown in
    the place of a whole one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("标题"), max_length=200)
    original_name = models.CharField(_("原文件名"), max_length=255)
    owner_branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="assets", verbose_name=_("所属党组织")
    )
    uploaded_by = models.ForeignKey(
        Member, models.PROTECT, related_name="assets", verbose_name=_("上传人")
    )
    state = models.CharField(
        _("状态"), max_length=12, choices=AssetState.choices, default=AssetState.UPLOADED
    )
    percent = models.PositiveSmallIntegerField(_("进度"), default=0)
    reason = models.CharField(_("原因"), max_length=400, blank=True)
    size_bytes = models.PositiveBigIntegerField(_("大小"))
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    # Under which name the file lies: its own key, unless the content was exchanged (see
    # `Replacement`).
    source = models.UUIDField(null=True, blank=True, editable=False)
    # The stretches of the file that are shown, [[start_ms, end_ms], …]; empty: all of it.
    edits = models.JSONField(default=list, blank=True, editable=False)
    duration_ms = models.PositiveIntegerField(_("时长（毫秒）"), default=0)
    width = models.PositiveIntegerField(_("画面宽"), default=0)
    height = models.PositiveIntegerField(_("画面高"), default=0)
    has_sound = models.BooleanField(_("有声音"), default=False)
    # What the probe found (`MediaInfo.as_facts`); empty before it, and where it refused.
    facts = models.JSONField(default=dict, editable=False)
    take = models.CharField(max_length=32, blank=True, editable=False)
    making = models.CharField(max_length=32, blank=True, editable=False)
    # Shown encrypted, under a key given to nobody without asking: see `keys` and `internal`.
    is_internal = models.BooleanField(_("内部资料"), default=False)
    playable_at = models.DateTimeField(_("可播放于"), null=True, blank=True)
    ready_at = models.DateTimeField(_("完成于"), null=True, blank=True)
    created_at = models.DateTimeField(_("上传于"))

    class Meta:
        verbose_name = _("讲课视频")
        verbose_name_plural = _("讲课视频")
        indexes: ClassVar = [models.Index(fields=["owner_branch", "-created_at"])]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="asset_percent_to_100"),
            models.CheckConstraint(
                condition=~Q(state=AssetState.READY)
                | (Q(ready_at__isnull=False, playable_at__isnull=False) & ~Q(take="")),
                name="asset_ready_has_a_take",
            ),
            models.CheckConstraint(
                condition=~Q(state=AssetState.FAILED) | ~Q(reason=""),
                name="asset_failed_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_ready(self) -> bool:
        return self.state == AssetState.READY

    @property
    def source_key(self) -> uuid.UUID:
        """The name its file lies under."""
        return self.source or self.pk


class ReplacementState(models.TextChoices):
    OPEN = "open", _("制作和对比中")
    SHOWN = "shown", _("已替换")
    SETTLED = "settled", _("已替换，原内容已清理")
    DISCARDED = "discarded", _("已放弃")


class Replacement(models.Model):
    """One new content for a lecture: an edit of its file, or another file, and how far that is.

    The new content is made as a lecture of its own, the `successor`. Shown, the two rows exchange
    contents: `asset` keeps its key and its place in the courses, and the successor holds what was
    shown before until it is swept.
    """

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="replacements")
    successor = models.OneToOneField(
        Asset, models.SET_NULL, null=True, blank=True, related_name="replacing"
    )
    is_edit = models.BooleanField(_("剪辑"))
    state = models.CharField(
        _("状态"), max_length=12, choices=ReplacementState.choices, default=ReplacementState.OPEN
    )
    # `editing.Mapping` as lists, from what is shown to the successor's; of another file it is
    # what the editor says when it is shown.
    mapping = models.JSONField(default=list, editable=False)
    made_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    created_at = models.DateTimeField(_("建立于"))
    shown_at = models.DateTimeField(_("替换于"), null=True, blank=True)
    # Until then the content that is not shown stays; no time while the new one is open.
    kept_until = models.DateTimeField(_("保留至"), null=True, blank=True)

    class Meta:
        verbose_name = _("视频替换")
        verbose_name_plural = _("视频替换")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["state", "kept_until"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["asset"],
                condition=Q(state=ReplacementState.OPEN),
                name="replacement_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReplacementState.SHOWN)
                | Q(shown_at__isnull=False, kept_until__isnull=False),
                name="replacement_shown_is_kept_until",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset} · {self.get_state_display()}"


class RenditionState(models.TextChoices):
    WAITING = "waiting", _("制作中")
    READY = "ready", _("可以使用")
    FAILED = "failed", _("未成功")


class Rendition(models.Model):
    """One size of a lecture in one take: wanted, whole and checked, or failed with a reason."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="renditions")
    take = models.CharField(max_length=32, editable=False)
    name = models.CharField(_("名称"), max_length=16)
    state = models.CharField(
        _("状态"), max_length=12, choices=RenditionState.choices, default=RenditionState.WAITING
    )
    reason = models.CharField(_("原因"), max_length=400, blank=True)
    # Where it lies in the take: the name, and the run that wrote it.
    folder = models.CharField(max_length=64, blank=True, editable=False)
    width = models.PositiveIntegerField(_("画面宽"))
    height = models.PositiveIntegerField(_("画面高"))
    frame_rate = models.FloatField(_("帧率"))
    codecs = models.CharField(max_length=64, blank=True)
    peak_bandwidth = models.PositiveIntegerField(_("峰值码率（bit/s）"), default=0)
    average_bandwidth = models.PositiveIntegerField(_("平均码率（bit/s）"), default=0)
    segments = models.PositiveIntegerField(_("分段数"), default=0)
    size_bytes = models.PositiveBigIntegerField(_("大小"), default=0)

    class Meta:
        verbose_name = _("清晰度")
        verbose_name_plural = _("清晰度")
        ordering: ClassVar = ["asset", "height"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asset", "take", "name"], name="rendition_once_a_take"),
            models.CheckConstraint(
                condition=~Q(state=RenditionState.READY) | (~Q(folder="") & ~Q(codecs="")),
                name="rendition_ready_has_files",
            ),
            models.CheckConstraint(
                condition=~Q(state=RenditionState.FAILED) | ~Q(reason=""),
                name="rendition_failed_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset} · {self.name}"


class PieceState(models.TextChoices):
    WAITING = "waiting", _("排队中")
    RUNNING = "running", _("转码中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("未成功")


class Piece(models.Model):
    """What one run of ffmpeg makes: some renditions of the whole lecture, or of a stretch of it.

    A stretch (`frames` pictures from `first_frame` on, counted in the take's frame rate) becomes
    a file for each rendition, joined when all are there; a whole lecture becomes segments at once.
    """

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="pieces")
    take = models.CharField(max_length=32, editable=False)
    names = models.JSONField(_("清晰度"))
    first_frame = models.PositiveIntegerField(_("首帧"), null=True, blank=True)
    frames = models.PositiveIntegerField(_("帧数"), null=True, blank=True)
    # Of work to be done: thousands of pixels and seconds, so that pieces add up to a percentage.
    weight = models.FloatField(_("工作量"))
    state = models.CharField(
        _("状态"), max_length=12, choices=PieceState.choices, default=PieceState.WAITING
    )
    percent = models.PositiveSmallIntegerField(_("进度"), default=0)
    is_paused = models.BooleanField(_("让路给直播"), default=False)
    reason = models.CharField(_("原因"), max_length=400, blank=True)
    folder = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("建立于"))
    started_at = models.DateTimeField(_("开始于"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束于"), null=True, blank=True)

    class Meta:
        verbose_name = _("转码分段")
        verbose_name_plural = _("转码分段")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["asset", "take", "state"]),
            models.Index(
                fields=["id"],
                name="piece_open",
                condition=Q(state__in=(PieceState.WAITING, PieceState.RUNNING)),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="piece_percent_to_100"),
            models.CheckConstraint(
                condition=Q(first_frame__isnull=True, frames__isnull=True)
                | Q(first_frame__isnull=False, frames__gt=0),
                name="piece_whole_or_a_stretch",
            ),
            models.CheckConstraint(
                condition=~Q(state=PieceState.FAILED) | ~Q(reason=""),
                name="piece_failed_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset} · {'+'.join(self.names)} · {self.first_frame or 0}"

    @property
    def is_whole(self) -> bool:
        return self.frames is None


OPEN_PIECE_STATES = (PieceState.WAITING, PieceState.RUNNING)


class TakeKey(models.Model):
    """The key one take of an internal lecture is encrypted with, itself encrypted: see `keys`."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="take_keys")
    take = models.CharField(max_length=32)
    sealed = models.BinaryField(editable=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asset", "take"], name="key_once_a_take")
        ]

    def __str__(self) -> str:
        return f"{self.asset} · {self.take}"


class KeyCount(models.Model):
    """How often one member was given, and refused, a lecture's key on one day."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="key_counts")
    member = models.ForeignKey(Member, models.CASCADE, related_name="key_counts")
    day = models.DateField()
    given = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asset", "member", "day"], name="key_count_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.asset} · {self.member} · {self.day}"


class CaptionLanguage(models.TextChoices):
    """The languages captions are taken in, as the web names them (BCP 47), the first one first."""

    CHINESE = "zh-Hans", _("汉语")
    ENGLISH = "en", _("英语")
    TIBETAN = "bo", _("藏语")
    UYGHUR = "ug", _("维吾尔语")
    MONGOLIAN = "mn", _("蒙古语")


class CaptionTrack(models.Model):
    """The captions of one lecture in one language, as whoever brought them last left them."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="caption_tracks")
    language = models.CharField(_("语言"), max_length=12, choices=CaptionLanguage.choices)
    # [[start_ms, end_ms, text], …] in order, as `captions.read_captions` checked them.
    cues = models.JSONField(editable=False)
    # Grows with each change; `edited_in` names the opening of the editor that saved last.
    version = models.PositiveIntegerField(default=1, editable=False)
    edited_in = models.CharField(max_length=32, blank=True, editable=False)
    # `spoken_search.grams_of` the cues: Chinese has no words an index could be made of.
    grams = ArrayField(models.TextField(), default=list, editable=False)
    changed_by = models.ForeignKey(
        Member, models.PROTECT, related_name="caption_tracks", verbose_name=_("上传人")
    )
    changed_at = models.DateTimeField(_("上传于"))

    class Meta:
        verbose_name = _("字幕")
        verbose_name_plural = _("字幕")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["asset", "language"], name="captions_once_an_asset_and_language"
            )
        ]
        indexes: ClassVar = [GinIndex(fields=["grams"], name="captions_by_grams")]

    def __str__(self) -> str:
        return f"{self.asset} · {self.get_language_display()}"

    @property
    def spoken(self) -> tuple[Cue, ...]:
        """The cues, in order."""
        return tuple(Cue(*cue) for cue in self.cues)


class CaptionCopy(models.Model):
    """Captions that are not shown: an earlier version, or what could not be saved in its turn."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="caption_copies")
    language = models.CharField(_("语言"), max_length=12, choices=CaptionLanguage.choices)
    cues = models.JSONField(editable=False)
    edited_in = models.CharField(max_length=32, blank=True, editable=False)
    is_aside = models.BooleanField(_("另存"), default=False)
    by = models.ForeignKey(
        Member, models.PROTECT, related_name="caption_copies", verbose_name=_("修改人")
    )
    kept_at = models.DateTimeField(_("保留于"))

    class Meta:
        verbose_name = _("保留的字幕")
        verbose_name_plural = _("保留的字幕")
        indexes: ClassVar = [models.Index(fields=["asset", "language", "-kept_at"])]

    def __str__(self) -> str:
        return f"{self.asset} · {self.get_language_display()}"

    @property
    def spoken(self) -> tuple[Cue, ...]:
        """The cues, in order."""
        return tuple(Cue(*cue) for cue in self.cues)


class UploadState(models.TextChoices):
    OPEN = "open", _("上传中")
    FINISHED = "finished", _("已完成")
    CANCELLED = "cancelled", _("已取消")
    EXPIRED = "expired", _("已过期")
    REFUSED = "refused", _("未接受")


class Upload(models.Model):
    """One file on its way in: so many of so many bytes are safely on our disk."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(Member, models.PROTECT, related_name="uploads")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="uploads")
    title = models.CharField(_("标题"), max_length=200)
    original_name = models.CharField(_("原文件名"), max_length=255)
    state = models.CharField(
        _("状态"), max_length=12, choices=UploadState.choices, default=UploadState.OPEN
    )
    reason = models.CharField(_("原因"), max_length=400, blank=True)
    is_internal = models.BooleanField(_("内部资料"), default=False)
    length = models.PositiveBigIntegerField(_("总字节数"))
    offset = models.PositiveBigIntegerField(_("已收字节数"), default=0)
    # What the sender's device knows the file again by, and what it says the whole hashes to.
    fingerprint = models.CharField(max_length=128, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    asset = models.OneToOneField(
        Asset, models.SET_NULL, null=True, blank=True, related_name="upload"
    )
    # The lecture that this file is a new content for.
    replaces = models.ForeignKey(
        Asset, models.SET_NULL, null=True, blank=True, related_name="replacing_uploads"
    )
    created_at = models.DateTimeField(_("开始于"))
    expires_at = models.DateTimeField(_("过期于"))

    class Meta:
        verbose_name = _("上传")
        verbose_name_plural = _("上传")
        indexes: ClassVar = [models.Index(fields=["state", "expires_at"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(offset__lte=F("length")), name="upload_within_its_length"
            )
        ]

    def __str__(self) -> str:
        return self.original_name


class Stills(models.Model):
    """The pictures a lecture may be stood for by: what its last run made, and what was chosen.

    A choice is a candidate's number, so that it holds when the lecture is made again: the
    moments are the same. A picture of one's own lies outside the takes, and comes first.
    """

    asset = models.OneToOneField(Asset, models.CASCADE, related_name="stills")
    # [[number, at_ms], …] in order, as `stills.finish` found them.
    candidates = models.JSONField(default=list, editable=False)
    best = models.PositiveSmallIntegerField(_("最清楚的一张"), default=0)
    chosen = models.PositiveSmallIntegerField(_("选定的一张"), default=0)
    own_picture = models.CharField(_("自己的图片"), max_length=32, blank=True)
    changed_by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("选定人")
    )
    changed_at = models.DateTimeField(_("选定于"), null=True, blank=True)

    class Meta:
        verbose_name = _("封面")
        verbose_name_plural = _("封面")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(chosen=0) | Q(own_picture=""), name="stills_one_choice"
            )
        ]

    def __str__(self) -> str:
        return str(self.asset)

    @property
    def shown(self) -> int:
        """The number of the candidate that is shown; nought for the plain poster."""
        return self.chosen or self.best


class ChapterList(models.Model):
    """The chapters of one lecture as whoever edited them last left them; version 0 is the file's.

    `version` grows with each change: who saves names the one they saw, so nobody overwrites what
    they have not seen.
    """

    asset = models.OneToOneField(Asset, models.CASCADE, related_name="chapter_list")
    # [[start_ms, title], …] in order, as `chapters.read_lines` checked them.
    chapters = models.JSONField(default=list, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    changed_by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("修改人")
    )
    changed_at = models.DateTimeField(_("修改于"))

    class Meta:
        verbose_name = _("提纲")
        verbose_name_plural = _("提纲")

    def __str__(self) -> str:
        return str(self.asset)

    @property
    def marks(self) -> tuple[Chapter, ...]:
        """The chapters, in order."""
        return tuple(Chapter(start_ms, title) for start_ms, title in self.chapters)
