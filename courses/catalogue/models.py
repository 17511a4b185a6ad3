"""What can be studied: the page tree of courses, chapters and lessons, edited in Wagtail.

The tree has fixed depths, so a lesson's course is a prefix of the lesson's path:
root / home / course index / course / chapter / lesson.
"""

from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page, Site

from courses.catalogue.blocks import ARTICLE_FEATURES, CheckQuestions, LessonBody
from courses.catalogue.forms import LessonForm
from courses.catalogue.hours import default_hours
from lms.core.errors import DomainError
from media_pipeline.models import Asset, AssetState

COURSE_DEPTH = 4
CHAPTER_DEPTH = 5
LESSON_DEPTH = 6
COURSE_PATH = COURSE_DEPTH * Page.steplen
CHAPTER_PATH = CHAPTER_DEPTH * Page.steplen


class LessonNotPublishableError(DomainError):
    """A lesson was to go live without anything to study, or with a video nobody can play."""


class RoutedPage(Page):
    """A page whose address is one of the site's own routes (Wagtail serves no pages here)."""

    class Meta:
        abstract = True

    def route(self) -> str:
        raise NotImplementedError

    def permissions_for_user(self, user: Any) -> Any:
        from courses.catalogue.permissions import CoursePermissionTester  # rules are above models

        return CoursePermissionTester(user, self)

    def get_url_parts(self, request: HttpRequest | None = None) -> Any:
        site = Site.find_for_request(request) if request else None
        site = site or Site.objects.filter(is_default_site=True).first()
        return (site.pk, site.root_url, self.route()) if site else None


class CourseIndexPage(RoutedPage):
    """The catalogue: parent of every course."""

    parent_page_types: ClassVar[list[str]] = ["courses.HomePage"]
    subpage_types: ClassVar[list[str]] = ["courses.CoursePage"]
    max_count = 1
    preview_modes: ClassVar[list[Any]] = []

    class Meta:
        verbose_name = _("课程目录")
        verbose_name_plural = _("课程目录")

    def route(self) -> str:
        return reverse("courses:catalogue")


class CoursePage(RoutedPage):
    """One course: what it teaches, who teaches it, whom it is for and how it is to be watched."""

    summary = models.CharField(_("一句话简介"), max_length=120, blank=True)
    introduction = RichTextField(_("课程介绍"), blank=True, features=ARTICLE_FEATURES)
    topic = models.CharField(
        _("专题"), max_length=30, blank=True, help_text=_("目录页按专题筛选课程。")
    )
    teacher_name = models.CharField(_("主讲人"), max_length=40, blank=True)
    teacher_title = models.CharField(_("主讲人单位和职务"), max_length=60, blank=True)
    cover = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        verbose_name=_("封面图"),
        null=True,
        blank=True,
        related_name="+",
    )
    audience = models.ForeignKey(
        "members.Branch",
        models.PROTECT,
        verbose_name=_("学习对象"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("留空表示全校可学；选择党组织后，只有它和下级组织的党员能看到。"),
    )
    max_rate = models.DecimalField(
        _("最高播放倍速"),
        max_digits=3,
        decimal_places=2,
        default=Decimal("1.5"),
        validators=[MinValueValidator(Decimal(1)), MaxValueValidator(Decimal(2))],
    )
    lock_seek = models.BooleanField(
        _("首次学习须按顺序观看"), default=True, help_text=_("看完一遍后可以随意拖动。")
    )
    completion_share = models.DecimalField(
        _("完成比例"),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.95"),
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(Decimal(1))],
        help_text=_("看满视频的这个比例即算完成，例如 0.95。"),
    )
    presence_check = models.BooleanField(
        _("学习中确认在场"),
        default=False,
        help_text=_(
            "播放中偶尔请学员点一下“我在学习，继续”，时间由服务器随机决定，15 分钟内最多一次。"
            "没有回应只是暂停，已学的进度不会减少。"
        ),
    )

    parent_page_types: ClassVar[list[str]] = ["courses.CourseIndexPage"]
    subpage_types: ClassVar[list[str]] = ["courses.ChapterPage"]
    template = "catalogue/course.html"
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("topic"),
        FieldPanel("cover"),
        MultiFieldPanel([FieldPanel("teacher_name"), FieldPanel("teacher_title")], _("主讲人")),
        FieldPanel("introduction"),
        FieldPanel("audience"),
        MultiFieldPanel(
            [
                FieldPanel("lock_seek"),
                FieldPanel("max_rate"),
                FieldPanel("completion_share"),
                FieldPanel("presence_check"),
            ],
            _("学习要求"),
        ),
    ]

    class Meta:
        verbose_name = _("课程")
        verbose_name_plural = _("课程")

    def route(self) -> str:
        return reverse("courses:course", args=[self.slug])

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        from courses.catalogue.reading import course_context  # reads are above models

        return {**super().get_preview_context(request, mode_name), **course_context(self)}


class ChapterPage(RoutedPage):
    """One chapter: a title over the lessons below it."""

    parent_page_types: ClassVar[list[str]] = ["courses.CoursePage"]
    subpage_types: ClassVar[list[str]] = ["courses.LessonPage"]
    preview_modes: ClassVar[list[Any]] = []

    class Meta:
        verbose_name = _("章")
        verbose_name_plural = _("章")

    def route(self) -> str:
        return f"{self.get_parent().specific.route()}#chapter-{self.pk}"


class LessonPage(RoutedPage):
    """One lesson: the unit that is watched, completed and credited."""

    body = StreamField(LessonBody(), verbose_name=_("内容"), blank=True)
    transcript = models.TextField(
        _("文稿"), blank=True, help_text=_("讲话文字稿，显示在视频旁边的“文稿”里。")
    )
    check_questions = StreamField(
        CheckQuestions(),
        verbose_name=_("随堂小问题"),
        blank=True,
        help_text=_(
            "课程开启“学习中确认在场”时，用这里的小问题代替按钮。答对答错都算在场，"
            "答错的会看到正确答案。"
        ),
    )
    study_hours = models.DecimalField(
        _("学时"),
        max_digits=4,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(8))],
        help_text=_("学完这一讲计多少学时。留空则按视频时长自动确定；没有视频的内容不计学时。"),
    )
    # Copied from the video block, so that watching and lists need not open the body.
    asset = models.ForeignKey(
        Asset, models.PROTECT, null=True, blank=True, editable=False, related_name="lessons"
    )
    duration_ms = models.PositiveIntegerField(null=True, blank=True, editable=False)

    parent_page_types: ClassVar[list[str]] = ["courses.ChapterPage"]
    subpage_types: ClassVar[list[str]] = []
    base_form_class = LessonForm
    template = "catalogue/lesson.html"
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("body"),
        FieldPanel("study_hours"),
        FieldPanel(
            "transcript",
            help_text=_("讲话文字稿，显示在视频旁边的“文稿”里。视频有字幕时，那里显示字幕。"),
        ),
        FieldPanel("check_questions"),
    ]

    class Meta:
        verbose_name = _("讲")
        verbose_name_plural = _("讲")

    def route(self) -> str:
        return reverse("courses:lesson", args=[self.pk])

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        from courses.catalogue.reading import lesson_context  # reads are above models

        return {**super().get_preview_context(request, mode_name), **lesson_context(self)}

    def body_asset(self) -> Asset | None:
        """The asset of the body's video block, if there is one."""
        return next((block.value for block in self.body if block.block_type == "video"), None)

    def follow_body(self) -> None:
        """Bring asset, length and the default hours in line with the body."""
        asset = self.body_asset()
        self.asset = asset
        self.duration_ms = asset.duration_ms or None if asset else None
        # A page that has no place in the tree yet is asked again when it gets one.
        if self.study_hours is None and self.path and asset and asset.state == AssetState.READY:
            self.study_hours = default_hours(asset.duration_ms, self.audience_path())

    def audience_path(self) -> str | None:
        """The path of the branch the course is for; None for everybody."""
        found = CoursePage.objects.filter(path=self.path[:COURSE_PATH])
        return found.values_list("audience__path", flat=True).first()

    def check_publishable(self) -> None:
        """Raise LessonNotPublishableError with a sentence for the editor."""
        if not len(self.body):
            raise LessonNotPublishableError(
                _("《%(title)s》还没有内容，请先加入视频、图文、PDF 或图片再发布。")
                % {"title": self.title}
            )
        videos = [block for block in self.body if block.block_type == "video"]
        for block in videos:
            if block.value is None or block.value.state != AssetState.READY:
                raise LessonNotPublishableError(
                    _("《%(title)s》的视频还没有处理完成，暂时不能发布。处理完成后再点“发布”即可。")
                    % {"title": self.title}
                )

    def minimal_clean(self) -> None:
        super().minimal_clean()
        self.follow_body()

    def full_clean(self, exclude: Any = None, **kwargs: Any) -> None:
        """Whatever is written as live must be publishable.

        The editor's form names the fields it leaves out; a real save leaves out none. Only the
        latter is refused, so that a draft of a live lesson may wait for its new video.
        """
        self.follow_body()
        super().full_clean(exclude=exclude, **kwargs)
        if self.live and exclude is None:
            try:
                self.check_publishable()
            except LessonNotPublishableError as refusal:
                raise ValidationError({"body": refusal.message}) from refusal

    def publish(self, revision: Any, **kwargs: Any) -> Any:
        """Every way of publishing comes by here: editor, bulk action, schedule, workflow, code."""
        revision.as_object().check_publishable()
        return super().publish(revision, **kwargs)
