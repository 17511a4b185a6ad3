"""Reporting a post, hiding it, appealing, deciding; every step is written into the log."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from live.discussion import moderation_queries, rules, told
from live.discussion.errors import NotYoursError, TalkContentError, TalkMovedError
from live.discussion.models import (
    LONGEST_REASON,
    Hiding,
    HidingState,
    ModerationEntry,
    Post,
    PostState,
    Report,
    ReportReason,
    ReportState,
    Step,
    Thread,
    ThreadState,
)
from live.discussion.services import bring_back, put_away
from live.discussion.telling import kept, lock, next_seq
from live.discussion.writing import tidied
from lms.core import clock
from lms.core.states import advance
from lms.members.models import Member

LONGEST_APPEAL = 500


def report_post(*, by: Member, post: Post, reason: str, words: str = "") -> Report:
    """Say that a post should not stand. Again by the same member: the first report counts."""
    words = _checked(words, _("说明"), LONGEST_REASON, is_needed=reason == ReportReason.OTHER)
    if not rules.can_report(by, post):
        raise TalkMovedError(_("这条发言已经不在了，不用再举报。"))
    known = moderation_queries.own_report(by, post)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            made = Report.objects.create(
                post=post, by=by, reason=ReportReason(reason), words=words, at=clock.now()
            )
            said = " ".join(filter(None, [str(made.get_reason_display()), words]))
            _write(post.thread, post, Step.REPORTED, by, said)
            told.reported(made)
    except IntegrityError:
        return Report.objects.get(post=post, by=by)
    return made


def dismiss_report(*, by: Member, report: Report, words: str) -> None:
    """The post stands; why, is told to who reported it."""
    words = _checked(words, _("答复"), LONGEST_REASON)
    if not rules.can_hide(by, report.post, report.post.thread):
        raise NotYoursError(_("这条举报不由您处理。"))
    with transaction.atomic():
        if not advance(
            report, to=ReportState.DISMISSED, from_=[ReportState.OPEN],
            settled_by=by, settled_at=clock.now(),
        ):  # fmt: skip
            raise TalkMovedError(_("这条举报已经处理过了，刷新页面可看结果。"))
        _write(report.post.thread, report.post, Step.DISMISSED, by, words)
        told.report_settled(report, words)


def hide_post(*, by: Member, post: Post, reason: str) -> Hiding:
    """Nobody but its author and who looks after it reads the post any more; reports are settled."""
    reason = _checked(reason, _("原因"), LONGEST_REASON)
    with transaction.atomic():
        held = lock(post.thread_id)
        if not rules.can_hide(by, post, held):
            raise NotYoursError(_("这条发言不由您管理。"))
        if not put_away(held, post):
            raise TalkMovedError(_("这条发言已经隐藏或撤回了，刷新页面可看结果。"))
        made = Hiding.objects.create(post=post, by=by, reason=reason, at=clock.now())
        for report in Report.objects.filter(post=post, state=ReportState.OPEN):
            advance(
                report, to=ReportState.UPHELD, from_=[ReportState.OPEN],
                settled_by=by, settled_at=clock.now(),
            )  # fmt: skip
            told.report_settled(report, "")
        _write(held, post, Step.HIDDEN, by, reason)
        told.hidden(made)
    return made


def release_post(*, by: Member, post: Post) -> None:
    """Show a post that has waited; only now is anybody told of it. Never by its author."""
    with transaction.atomic():
        held = lock(post.thread_id)
        if not rules.can_hide(by, post, held):
            raise NotYoursError(_("这条发言不由您管理。"))
        held.last_at = clock.now()
        if not bring_back(held, post, state=PostState.WAITING):
            raise TalkMovedError(_("这条发言已经处理过了，刷新页面可看结果。"))
        kept(held, "last_at")
        _write(held, post, Step.RELEASED, by, "")
        if post.is_beginning:
            told.begun(held, post)
        else:
            told.answered(held, post)


def lift_hiding(*, by: Member, hiding: Hiding, words: str) -> None:
    """Show the post again without having been asked to."""
    words = _checked(words, _("原因"), LONGEST_REASON)
    if not rules.can_hide(by, hiding.post, hiding.post.thread):
        raise NotYoursError(_("这条发言不由您管理。"))
    with transaction.atomic():
        _decide(hiding, by, words, to=HidingState.LIFTED, from_=[HidingState.IN_FORCE])


def appeal_hiding(*, by: Member, hiding: Hiding, words: str) -> None:
    """The author says why the post should stand; once, and somebody else decides."""
    words = _checked(words, _("申诉理由"), LONGEST_APPEAL)
    if hiding.post.author_id != by.pk:
        raise NotYoursError(_("只有作者本人可以申诉。"))
    with transaction.atomic():
        moved = advance(
            hiding, to=HidingState.APPEALED, from_=[HidingState.IN_FORCE],
            appeal=words, appealed_at=clock.now(),
        )  # fmt: skip
        if not moved:
            raise TalkMovedError(_("这次隐藏已经申诉过或已经有了结果，请刷新页面查看。"))
        _write(hiding.post.thread, hiding.post, Step.APPEALED, by, words)
        told.appealed(hiding)


def decide_appeal(*, by: Member, hiding: Hiding, is_lifted: bool, words: str) -> None:
    """By another person than the one who hid it."""
    words = _checked(words, _("答复"), LONGEST_REASON)
    if not rules.can_decide(by, hiding):
        raise NotYoursError(_("申诉要由隐藏人以外的另一位管理人决定，请转给上级党组织。"))
    to = HidingState.LIFTED if is_lifted else HidingState.UPHELD
    with transaction.atomic():
        _decide(hiding, by, words, to=to, from_=[HidingState.APPEALED])


def close_thread(*, by: Member, thread: Thread, words: str) -> None:
    """Nobody writes here any more; everybody reads on."""
    _move_thread(by, thread, ThreadState.CLOSED, Step.CLOSED, words)


def reopen_thread(*, by: Member, thread: Thread, words: str) -> None:
    _move_thread(by, thread, ThreadState.OPEN, Step.REOPENED, words)


def _move_thread(by: Member, thread: Thread, to: ThreadState, step: Step, words: str) -> None:
    words = _checked(words, _("原因"), LONGEST_REASON)
    with transaction.atomic():
        held = lock(thread.pk)
        if not rules.can_look_after(by, held):
            raise NotYoursError(_("这个讨论不由您管理。"))
        other = [state for state in ThreadState if state != to]
        if not advance(held, to=to, from_=other):
            raise TalkMovedError(_("这个讨论已经是这个状态了，刷新页面可看结果。"))
        next_seq(held)
        kept(held)
        _write(held, None, step, by, words)


def _decide(
    hiding: Hiding, by: Member, words: str, *, to: HidingState, from_: list[HidingState]
) -> None:
    held = lock(hiding.post.thread_id)
    if not advance(hiding, to=to, from_=from_, decided_by=by, decided_at=clock.now(), answer=words):
        raise TalkMovedError(_("已经有人处理过了，刷新页面可看结果。"))
    if to == HidingState.LIFTED:
        bring_back(held, hiding.post)
    step = Step.LIFTED if to == HidingState.LIFTED else Step.UPHELD
    _write(held, hiding.post, step, by, words)
    told.decided(hiding)


def _write(thread: Thread, post: Post | None, step: Step, by: Member, words: str) -> None:
    ModerationEntry.objects.create(
        thread=thread, post=post, step=step, by=by, at=clock.now(), words=words
    )


def _checked(words: str, name: str, most: int, *, is_needed: bool = True) -> str:
    plain = tidied(words)
    if is_needed and not plain:
        raise TalkContentError(_("请填写%(name)s。") % {"name": name})
    if len(plain) > most:
        raise TalkContentError(_("%(name)s最多 %(most)s 个字。") % {"name": name, "most": most})
    return plain
