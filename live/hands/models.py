"""Who asks, who raises a hand, who is on the stage, and who was called upon."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MOST_CHARS = 300


class QuestionState(models.TextChoices):
    """open ⇄ answered; open ⇄ dismissed; open → withdrawn by whoever asked."""

    OPEN = "open", _("待回答")
    ANSWERED = "answered", _("已回答")
    DISMISSED = "dismissed", _("不回答")
    WITHDRAWN = "withdrawn", _("已撤回")


class LiveQuestion(models.Model):
    """One question to whoever teaches; the room votes for those it wants answered first.

    `seqs` are the numbers of the events that showed its words.
    """

    live_class = models.ForeignKey("live.LiveClass", models.CASCADE, related_name="questions")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("提问人"), related_name="+"
    )
    text = models.CharField(_("问题"), max_length=MOST_CHARS)
    state = models.CharField(
        _("状态"), max_length=9, choices=QuestionState.choices, default=QuestionState.OPEN
    )
    note = models.CharField(_("说明"), max_length=MOST_CHARS, blank=True)
    asked_at = models.DateTimeField()
    once = models.CharField(max_length=40)
    seqs = models.JSONField(default=list)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("课堂提问")
        verbose_name_plural = _("课堂提问")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["live_class", "once"], name="live_question_once")
        ]

    def __str__(self) -> str:
        return f"{self.live_class_id} · {self.pk} {self.state}"

    @property
    def is_public(self) -> bool:
        return self.state in (QuestionState.OPEN, QuestionState.ANSWERED)


class QuestionVote(models.Model):
    """One member wants one question answered."""

    question = models.ForeignKey(LiveQuestion, models.CASCADE, related_name="votes", db_index=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("提问附议")
        verbose_name_plural = _("提问附议")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["question", "member"], name="live_vote_once")
        ]

    def __str__(self) -> str:
        return f"{self.question_id} · {self.member_id}"


class HandState(models.TextChoices):
    """raised → on stage → ended; raised → lowered (by its owner) or declined (by who leads)."""

    RAISED = "raised", _("举手中")
    ON_STAGE = "on_stage", _("发言中")
    ENDED = "ended", _("发言结束")
    LOWERED = "lowered", _("已放下")
    DECLINED = "declined", _("未请发言")


OPEN_HANDS = (HandState.RAISED, HandState.ON_STAGE)


class How(models.TextChoices):
    """By what somebody on the stage speaks; none until the person has chosen."""

    UNDECIDED = "", _("未选择")
    VOICE = "voice", _("只用声音")
    PICTURE = "picture", _("声音和画面")
    TEXT = "text", _("只用文字")


class LiveHand(models.Model):
    """One hand raised in a class; the order of the rows is the order of the queue."""

    live_class = models.ForeignKey("live.LiveClass", models.CASCADE, related_name="hands")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("学员"), related_name="+"
    )
    state = models.CharField(
        _("状态"), max_length=8, choices=HandState.choices, default=HandState.RAISED
    )
    how = models.CharField(max_length=7, choices=How.choices, blank=True)
    raised_at = models.DateTimeField()
    granted_at = models.DateTimeField(null=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("举手")
        verbose_name_plural = _("举手")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["live_class", "member"],
                condition=Q(state__in=["raised", "on_stage"]),
                name="live_one_hand_each",
            ),
            models.UniqueConstraint(
                fields=["live_class"],
                condition=Q(state="on_stage"),
                name="live_one_on_stage",
            ),
            models.CheckConstraint(
                condition=~Q(state="on_stage") | Q(granted_at__isnull=False),
                name="live_on_stage_was_granted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.live_class_id} · {self.member_id} {self.state}"


class CallAnswer(models.TextChoices):
    """What somebody called upon said; "" while nothing was, none where the call was ended."""

    OPEN = "", _("等待回应")
    HERE = "here", _("到")
    SPEAKS = "speaks", _("发言")
    CANNOT = "cannot", _("不便")
    NONE = "none", _("没有回应")


class LiveCall(models.Model):
    """One member, drawn from those who were there and not called yet in this round."""

    live_class = models.ForeignKey("live.LiveClass", models.CASCADE, related_name="calls")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("学员"), related_name="+"
    )
    round = models.PositiveSmallIntegerField(default=1)
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    called_at = models.DateTimeField()
    answer = models.CharField(_("回应"), max_length=6, choices=CallAnswer.choices, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("随机点名")
        verbose_name_plural = _("随机点名")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["live_class", "round", "member"], name="live_called_once_a_round"
            ),
            models.UniqueConstraint(
                fields=["live_class"], condition=Q(answer=""), name="live_one_call_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.live_class_id} · {self.member_id} {self.answer}"
