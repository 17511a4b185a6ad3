"""What is talked about: boards, threads, posts, drafts; and what is done about a post."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

LONGEST_TITLE = 80
LONGEST_POST = 5_000
LONGEST_REASON = 200


class BoardState(models.TextChoices):
    OPEN = "open", _("开放")
    CLOSED = "closed", _("只读")


class Board(models.Model):
    """A place for one subject (热点讨论, 理论研讨), for a branch and all below it."""

    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("面向"), related_name="boards"
    )
    title = models.CharField(_("名称"), max_length=30)
    introduction = models.CharField(_("说明"), max_length=200, blank=True)
    state = models.CharField(
        _("状态"), max_length=6, choices=BoardState.choices, default=BoardState.OPEN
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("讨论区")
        verbose_name_plural = _("讨论区")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["branch", "title"], name="board_named_once")
        ]

    def __str__(self) -> str:
        return self.title


class ThreadKind(models.TextChoices):
    TALK = "talk", _("讨论")
    QUESTION = "question", _("提问")


class ThreadState(models.TextChoices):
    """open ⇄ closed: what is closed is read and no longer written in."""

    OPEN = "open", _("进行中")
    CLOSED = "closed", _("已结束")


class Thread(models.Model):
    """One conversation: about a course, a lesson (at a second of it), or on a board.

    `last_seq` numbers everything that happens in it: whoever writes holds this row. `branch` is
    the one that looks after the place.
    """

    # Names the room between processes.
    room = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(
        "courses.CoursePage", models.PROTECT, null=True, related_name="threads"
    )
    lesson = models.ForeignKey(
        "courses.LessonPage", models.PROTECT, null=True, related_name="threads"
    )
    board = models.ForeignKey(Board, models.PROTECT, null=True, related_name="threads")
    branch = models.ForeignKey("members.Branch", models.PROTECT, related_name="+")
    at_seconds = models.PositiveIntegerField(_("视频时间"), null=True)
    kind = models.CharField(
        _("类型"), max_length=8, choices=ThreadKind.choices, default=ThreadKind.TALK
    )
    title = models.CharField(_("标题"), max_length=LONGEST_TITLE)
    state = models.CharField(
        _("状态"), max_length=6, choices=ThreadState.choices, default=ThreadState.OPEN
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("发起人"), related_name="threads"
    )
    made_at = models.DateTimeField(_("发起时间"))
    last_at = models.DateTimeField(_("最近发言"))
    last_seq = models.PositiveIntegerField(default=0)
    # Answers that are shown, and whether the beginning is: lists count nothing.
    answers = models.PositiveIntegerField(default=0)
    is_hidden = models.BooleanField(default=False)
    accepted = models.ForeignKey(
        "live.Post", models.PROTECT, verbose_name=_("采纳的回答"), null=True, related_name="+"
    )
    # When its teachers were reminded of a question nobody had answered.
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("讨论主题")
        verbose_name_plural = _("讨论主题")
        indexes: ClassVar = [
            models.Index(fields=["course", "-last_at"], name="thread_by_course"),
            models.Index(fields=["lesson", "-last_at"], name="thread_by_lesson"),
            models.Index(fields=["board", "-last_at"], name="thread_by_board"),
            models.Index(
                fields=["made_at"],
                condition=Q(kind="question", reminded_at=None, answers=0),
                name="thread_unanswered",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(course__isnull=False, lesson__isnull=True, board__isnull=True)
                | Q(course__isnull=True, lesson__isnull=False, board__isnull=True)
                | Q(course__isnull=True, lesson__isnull=True, board__isnull=False),
                name="thread_has_one_place",
            ),
            models.CheckConstraint(
                condition=Q(at_seconds__isnull=True) | Q(lesson__isnull=False),
                name="thread_second_of_a_lesson",
            ),
            models.CheckConstraint(
                condition=Q(accepted__isnull=True) | Q(kind="question"),
                name="thread_answers_a_question",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_question(self) -> bool:
        return self.kind == ThreadKind.QUESTION


class PostState(models.TextChoices):
    """shown ⇄ hidden by who looks after it; shown → withdrawn by its author.

    One with a word of the school's list begins, or after a change goes on, as waiting: then shown,
    hidden, or withdrawn.
    """

    WAITING = "waiting", _("待审核")
    SHOWN = "shown", _("显示")
    HIDDEN = "hidden", _("已隐藏")
    WITHDRAWN = "withdrawn", _("已撤回")


class Post(models.Model):
    """What one person wrote: `number` 1 begins the thread, an answer to an answer has a `parent`.

    `changed_seq` is the number of the last thing that happened to it. Of several posts with the
    same `key` of one author the database takes one.
    """

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="posts", db_index=False)
    number = models.PositiveIntegerField()
    changed_seq = models.PositiveIntegerField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="answers")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("作者"), related_name="posts"
    )
    # Where the author belonged: that branch, too, looks after what its people write.
    branch = models.ForeignKey("members.Branch", models.PROTECT, related_name="+")
    key = models.CharField(max_length=36)
    text = models.TextField(_("内容"), max_length=LONGEST_POST)
    # The names after an @ that were found, and whose they are.
    mentions = models.JSONField(default=dict)
    state = models.CharField(
        _("状态"), max_length=9, choices=PostState.choices, default=PostState.SHOWN
    )
    made_at = models.DateTimeField(_("时间"))
    edited_at = models.DateTimeField(_("修改时间"), null=True)
    # `grams.grams_of` title and text: Chinese has no words an index could be made of.
    grams = ArrayField(models.TextField(), default=list, editable=False)

    class Meta:
        verbose_name = _("发言")
        verbose_name_plural = _("发言")
        indexes: ClassVar = [
            GinIndex(fields=["grams"], name="post_by_grams"),
            models.Index(fields=["thread", "changed_seq"], name="post_by_change"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["thread", "number"], name="post_in_order"),
            models.UniqueConstraint(fields=["author", "key"], name="post_once"),
        ]

    def __str__(self) -> str:
        return f"{self.thread_id} · {self.number}"

    @property
    def is_beginning(self) -> bool:
        return self.number == 1


class PostVersion(models.Model):
    """How a post read before it was changed at `until`; rows are added and never changed."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="versions")
    title = models.CharField(max_length=LONGEST_TITLE, blank=True)
    text = models.TextField()
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("发言的旧版本")
        verbose_name_plural = _("发言的旧版本")
        ordering = ("post", "pk")

    def __str__(self) -> str:
        return f"{self.post_id} · {self.until}"


class Draft(models.Model):
    """What somebody has written and not posted yet, at one `place` (a thread, a new one there)."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts", db_index=False
    )
    place = models.CharField(max_length=40)
    title = models.CharField(max_length=LONGEST_TITLE, blank=True)
    text = models.TextField(max_length=LONGEST_POST, blank=True)
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name = _("草稿")
        verbose_name_plural = _("草稿")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "place"], name="draft_once_a_place")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} · {self.place}"


# --- What is done about a post --------------------------------------------------------------------


class ReportReason(models.TextChoices):
    OFF_TOPIC = "off_topic", _("与讨论无关")
    WRONG = "wrong", _("内容有误")
    RUDE = "rude", _("不文明或人身攻击")
    SECRET = "secret", _("泄露秘密或个人信息")
    OTHER = "other", _("其他")


class ReportState(models.TextChoices):
    OPEN = "open", _("待处理")
    UPHELD = "upheld", _("已隐藏")
    DISMISSED = "dismissed", _("未采纳")


class Report(models.Model):
    """One member says that a post should not stand; once a member and post."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="reports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(_("理由"), max_length=10, choices=ReportReason.choices)
    words = models.CharField(_("说明"), max_length=LONGEST_REASON, blank=True)
    at = models.DateTimeField()
    state = models.CharField(
        _("状态"), max_length=9, choices=ReportState.choices, default=ReportState.OPEN
    )
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("举报")
        verbose_name_plural = _("举报")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["post", "by"], name="report_once_a_member")
        ]

    def __str__(self) -> str:
        return f"{self.post_id} · {self.get_reason_display()}"


class HidingState(models.TextChoices):
    """in force → appealed → upheld or lifted; in force → lifted without an appeal."""

    IN_FORCE = "in_force", _("已隐藏")
    APPEALED = "appealed", _("申诉待处理")
    UPHELD = "upheld", _("维持隐藏")
    LIFTED = "lifted", _("已恢复")


class Hiding(models.Model):
    """One post was hidden, why, and what came of it; the author may appeal once."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="hidings")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("隐藏人"), related_name="+"
    )
    reason = models.CharField(_("原因"), max_length=LONGEST_REASON)
    at = models.DateTimeField()
    state = models.CharField(
        _("状态"), max_length=8, choices=HidingState.choices, default=HidingState.IN_FORCE
    )
    appeal = models.CharField(_("申诉"), max_length=500, blank=True)
    appealed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(_("答复"), max_length=LONGEST_REASON, blank=True)

    class Meta:
        verbose_name = _("隐藏")
        verbose_name_plural = _("隐藏")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["post"],
                condition=~Q(state="lifted"),
                name="hiding_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(appealed_at__isnull=True)
                | Q(decided_by__isnull=True)
                | ~Q(decided_by=F("by")),
                name="hiding_appeal_has_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} · {self.get_state_display()}"


class Step(models.TextChoices):
    HELD = "held", _("待审核")
    RELEASED = "released", _("审核通过")
    REPORTED = "reported", _("举报")
    DISMISSED = "dismissed", _("不采纳举报")
    HIDDEN = "hidden", _("隐藏")
    APPEALED = "appealed", _("申诉")
    UPHELD = "upheld", _("维持隐藏")
    LIFTED = "lifted", _("恢复显示")
    CLOSED = "closed", _("结束讨论")
    REOPENED = "reopened", _("重新开放")


class ModerationEntry(models.Model):
    """One thing that was done about a post or thread; rows are added and never changed."""

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="moderation")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="moderation")
    step = models.CharField(_("操作"), max_length=9, choices=Step.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("操作人"), related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    words = models.CharField(_("说明"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("管理记录")
        verbose_name_plural = _("管理记录")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.at} · {self.get_step_display()}"
