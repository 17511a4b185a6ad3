"""The question bank: questions, their versions, what they are about and what they rest on."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class QuestionKind(models.TextChoices):
    """The types of `exams.questions.types` with the names people use."""

    SINGLE = "single", _("单选题")
    MULTIPLE = "multiple", _("多选题")
    TRUE_FALSE = "true_false", _("判断题")
    BLANK = "blank", _("填空题")
    NUMERIC = "numeric", _("数值题")
    MATCHING = "matching", _("匹配题")
    ORDERING = "ordering", _("排序题")
    SHORT = "short", _("简答题")
    ESSAY = "essay", _("论述题")
    CASE = "case", _("材料分析题")


class QuestionState(models.TextChoices):
    """draft → ready ⇄ retired; what has never been ready can be deleted."""

    DRAFT = "draft", _("草稿")
    READY = "ready", _("可用")
    RETIRED = "retired", _("停用")


class Topic(models.Model):
    """What a question is about: the rows of a blueprint."""

    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("所属组织"), related_name="topics"
    )
    name = models.CharField(_("知识点"), max_length=80)

    class Meta:
        verbose_name = _("知识点")
        verbose_name_plural = _("知识点")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["branch", "name"], name="topic_once_a_branch"),
        ]

    def __str__(self) -> str:
        return self.name


class SourceText(models.Model):
    """A text questions rest on, such as a constitution or a regulation, through its editions."""

    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("所属组织"), related_name="source_texts"
    )
    title = models.CharField(_("名称"), max_length=120)

    class Meta:
        verbose_name = _("依据文本")
        verbose_name_plural = _("依据文本")

    def __str__(self) -> str:
        return self.title


class SourceEdition(models.Model):
    """One edition of a source text, never changed after it is in force."""

    text = models.ForeignKey(SourceText, models.PROTECT, related_name="editions")
    name = models.CharField(_("版本"), max_length=60)
    in_force_from = models.DateField(_("施行日期"))

    class Meta:
        verbose_name = _("文本版本")
        verbose_name_plural = _("文本版本")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["text", "name"], name="edition_once_a_text"),
        ]

    def __str__(self) -> str:
        return self.name


class SourceClause(models.Model):
    """One clause of one edition, by the number it carries there ("第十条")."""

    edition = models.ForeignKey(SourceEdition, models.CASCADE, related_name="clauses")
    position = models.PositiveIntegerField()
    number = models.CharField(_("条目"), max_length=40)
    words = models.TextField(_("原文"))

    class Meta:
        verbose_name = _("条目")
        verbose_name_plural = _("条目")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "number"], name="clause_once_an_edition"),
        ]

    def __str__(self) -> str:
        return self.number


class Question(models.Model):
    """One question through all its versions. What it says is in `QuestionVersion`.

    `fingerprint` is a hash of its normalised words (NFKC, no spaces, no punctuation) and is kept
    with the current version, so that the same question is found however it was typed.
    """

    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("所属组织"), related_name="questions"
    )
    kind = models.CharField(_("题型"), max_length=12, choices=QuestionKind.choices)
    state = models.CharField(
        _("状态"), max_length=8, choices=QuestionState.choices, default=QuestionState.DRAFT
    )
    category = models.CharField(_("分类"), max_length=60, blank=True)
    topic = models.ForeignKey(
        Topic, models.PROTECT, verbose_name=_("知识点"), null=True, blank=True, related_name="+"
    )
    difficulty = models.PositiveSmallIntegerField(_("难度"), default=3)  # 1 easy … 5 hard
    clause = models.ForeignKey(
        SourceClause,
        models.PROTECT,
        verbose_name=_("依据条目"),
        null=True,
        blank=True,
        related_name="questions",
    )
    # Where a lecture explains it: a wrong answer leads there.
    lesson = models.ForeignKey(
        "courses.LessonPage",
        models.SET_NULL,
        verbose_name=_("讲解课程"),
        null=True,
        blank=True,
        related_name="+",
    )
    lesson_second = models.PositiveIntegerField(_("讲解位置（秒）"), default=0)
    # Members may practise it and see its key then: not for what an exam is to ask.
    is_for_practice = models.BooleanField(_("开放练习"), default=False)
    # Why somebody should look at it again ("依据文本已修订"); empty: no reason.
    review_reason = models.CharField(_("待复核原因"), max_length=200, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    current = models.OneToOneField(
        "exams.QuestionVersion", models.PROTECT, null=True, related_name="+"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("题目")
        verbose_name_plural = _("题库")
        indexes: ClassVar = [
            models.Index(fields=["branch", "state", "kind"], name="question_by_branch"),
            models.Index(fields=["fingerprint"], name="question_by_fingerprint"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(difficulty__gte=1, difficulty__lte=5), name="question_difficulty"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(current__isnull=False),
                name="question_ready_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class QuestionVersion(models.Model):
    """What a question said at one time; never changed. Papers and attempts hold versions.

    `content` is what may be shown; `key` decides about answers and leaves the server only after
    results are released.
    """

    question = models.ForeignKey(Question, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=QuestionKind.choices)
    stem = models.TextField(_("题干"))  # sanitised HTML
    content = models.JSONField(default=dict)
    key = models.JSONField(default=dict)
    explanation = models.TextField(_("解析"), blank=True)  # sanitised HTML
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("题目版本")
        verbose_name_plural = _("题目版本")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["question", "number"], name="version_once_a_question"),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} · {self.number}"
