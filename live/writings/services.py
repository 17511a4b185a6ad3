"""Writing a text, handing it in, returning or accepting it; every round is kept."""

import hashlib

from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from live.notices.models import NoticeKind
from live.notices.services import notify
from live.writings import queries, rules
from live.writings.errors import NotReviewerError, WritingContentError
from live.writings.kinds import MOST_BYTES, MOST_FILES, kind_of, safe_name
from live.writings.models import (
    LONGEST_TEXT,
    Attachment,
    Decision,
    Round,
    Writing,
    WritingKind,
    WritingState,
)
from live.writings.paper import archive_pdf
from lms.core import clock
from lms.core.states import StateMovedError, advance
from lms.core.tasks import enqueue
from lms.members.models import Member, RoleAssignment
from lms.members.queries import OVERSEEING, branch_on, held_on, path_and_above

SHORTEST = 50
OPEN = (WritingState.DRAFT, WritingState.RETURNED)


def begin_writing(*, by: Member, kind: str, title: str, text: str) -> Writing:
    now = clock.now()
    title, text = _checked(title, text)
    return Writing.objects.create(
        kind=WritingKind(kind), author=by, title=title, text=text, made_at=now, changed_at=now
    )


def change_writing(*, by: Member, writing: Writing, title: str, text: str) -> None:
    """Save what is written so far; what was handed in before stays as it was."""
    title, text = _checked(title, text)
    with transaction.atomic():
        held = _hold(by, writing)
        held.title, held.text, held.changed_at = title, text, clock.now()
        held.save(update_fields=["title", "text", "changed_at"])
    writing.refresh_from_db()


def attach_file(*, by: Member, writing: Writing, name: str, content: bytes) -> Attachment:
    """Keep a file with the text; the same file again is the one already kept."""
    if len(content) > MOST_BYTES:
        raise WritingContentError(
            _("文件超过 %(most)s MB，请压缩后再传。") % {"most": MOST_BYTES // 1024**2}
        )
    kind = kind_of(content)
    if kind is None:
        raise WritingContentError(
            _("这种文件不能传。可以传 PDF、Word、Excel、PPT（不带宏）和 JPG、PNG 图片。")
        )
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        held = _hold(by, writing)
        there = queries.attachments_of(held)
        for known in there:
            if known.sha256 == digest:
                return known
        if len(there) >= MOST_FILES:
            raise WritingContentError(_("最多 %(most)s 个附件。") % {"most": MOST_FILES})
        return Attachment.objects.create(
            writing=held,
            name=safe_name(name, kind),
            file=ContentFile(content, name=f"{digest[:32]}.{kind}"),
            size_bytes=len(content),
            sha256=digest,
            at=clock.now(),
        )


def remove_file(*, by: Member, attachment: Attachment) -> None:
    """Only what has not been handed in with a round."""
    with transaction.atomic():
        _hold(by, attachment.writing)
        if attachment.handed_in_id is not None:
            raise WritingContentError(_("已经提交过的附件要留存，不能删除。"))
        storage, name = attachment.file.storage, str(attachment.file.name)
        attachment.delete()
        transaction.on_commit(lambda: storage.delete(name))


def hand_in(*, by: Member, writing: Writing) -> Round:
    """A round begins: the text as it is now goes to the branch of its author."""
    with transaction.atomic():
        held = _hold(by, writing)
        if len(held.text) < SHORTEST:
            raise WritingContentError(
                _("正文至少写 %(least)s 个字，现在是 %(count)s 个字。")
                % {"least": SHORTEST, "count": len(held.text)}
            )
        now = clock.now()
        branch = branch_on(by, clock.today())
        if branch is None:
            raise WritingContentError(_("您现在不属于任何党组织，请联系学校管理员后再提交。"))
        if not advance(
            held, to=WritingState.HANDED_IN, from_=OPEN, branch=branch, handed_at=now,
            changed_at=now,
        ):  # fmt: skip
            raise StateMovedError(_("已经提交过了，请等审阅结果。"))
        made = Round.objects.create(
            writing=held, number=len(queries.rounds_of(held)) + 1, title=held.title,
            text=held.text, handed_at=now,
        )  # fmt: skip
        Attachment.objects.filter(writing=held, handed_in=None).update(handed_in=made)
        notify(
            member_ids=_readers(held),
            kind=NoticeKind.WRITING,
            title=_("%(name)s 提交了%(kind)s《%(title)s》")
            % {"name": by.name, "kind": held.get_kind_display(), "title": held.title},
            url=reverse("writings:writing", args=[held.pk]),
            once=f"writing:{held.pk}:{made.number}",
        )
    writing.refresh_from_db()
    return made


def review(*, by: Member, writing: Writing, decision: str, comment: str) -> None:
    """Return it with what is to be better, or accept it."""
    comment = comment.strip()[:1000]
    if decision == Decision.RETURNED and not comment:
        raise WritingContentError(_("退回时请写明要怎么改，作者会看到。"))
    with transaction.atomic():
        held = Writing.objects.select_for_update(of=("self",)).select_related("branch").get(
            pk=writing.pk
        )  # fmt: skip
        if not rules.can_review(by, held):
            raise NotReviewerError(_("这篇现在不由您审阅，或已经审阅过了。请刷新页面查看。"))
        now = clock.now()
        is_accepted = Decision(decision) == Decision.ACCEPTED
        to = WritingState.ACCEPTED if is_accepted else WritingState.RETURNED
        advance(
            held, to=to, from_=[WritingState.HANDED_IN], changed_at=now,
            accepted_at=now if is_accepted else None,
        )  # fmt: skip
        last = queries.rounds_of(held)[-1]
        Round.objects.filter(pk=last.pk, decision="").update(
            decision=decision, comment=comment, reviewed_by=by, reviewed_at=now
        )
        said = _("您的%(kind)s《%(title)s》已通过") if is_accepted else _(
            "您的%(kind)s《%(title)s》退回修改"
        )  # fmt: skip
        notify(
            member_ids=[held.author_id],
            kind=NoticeKind.WRITING,
            title=said % {"kind": held.get_kind_display(), "title": held.title},
            url=reverse("writings:writing", args=[held.pk]),
            once=f"reviewed:{held.pk}:{last.number}",
        )
        if is_accepted:
            enqueue("live.archive_writing", writing_id=held.pk)
    writing.refresh_from_db()


def make_archive(*, writing_id: int) -> bool:
    """The PDF of an accepted text with its rounds; False if there is nothing to do."""
    found = queries.unarchived().filter(pk=writing_id).select_related("author", "branch").first()
    if found is None:
        return False
    pdf = archive_pdf(found, queries.rounds_of(found), queries.attachments_of(found))
    name = found.archive.storage.save(
        f"writings/archive/{found.pk}-{hashlib.sha256(pdf).hexdigest()[:16]}.pdf", ContentFile(pdf)
    )
    return bool(Writing.objects.filter(pk=found.pk, archive="").update(archive=name))


def sweep_archives() -> int:
    """PDFs that were not made; how many texts were looked at."""
    waiting = list(queries.unarchived().values_list("pk", flat=True)[:50])
    for writing_id in waiting:
        make_archive(writing_id=writing_id)
    return len(waiting)


def _hold(by: Member, writing: Writing) -> Writing:
    held = Writing.objects.select_for_update().get(pk=writing.pk)
    if not rules.can_write(by, held):
        raise NotReviewerError(_("已经提交，等审阅结果出来才能再改；通过以后不能再改。"))
    return held


def _readers(writing: Writing) -> set[int]:
    """Who looks after the nearest branch that has somebody."""
    assert writing.branch is not None
    held = RoleAssignment.objects.filter(
        held_on(clock.today()),
        role__in=OVERSEEING,
        branch__path__in=path_and_above(writing.branch.path),
        member__is_active=True,
    ).exclude(member=writing.author_id).values_list("branch__path", "member")  # fmt: skip
    nearest = max((path for path, _member in held), key=len, default="")
    return {member_id for path, member_id in held if path == nearest}


def _checked(title: str, text: str) -> tuple[str, str]:
    title = " ".join(title.split())
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not title or len(title) > 80:
        raise WritingContentError(_("请写一个 80 字以内的标题。"))
    if not text or len(text) > LONGEST_TEXT:
        raise WritingContentError(_("请写正文，最多 %(most)s 个字。") % {"most": LONGEST_TEXT})
    return title, text
