"""Writing: beginning a thread, answering, changing one's words, accepting an answer."""

import datetime as dt
import re

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from live.discussion import holding, queries, rules, told
from live.discussion.errors import NotYoursError, TalkContentError, TalkMovedError, TooFastError
from live.discussion.grams import grams_of
from live.discussion.models import (
    LONGEST_POST,
    LONGEST_TITLE,
    Draft,
    Post,
    PostState,
    PostVersion,
    Thread,
    ThreadKind,
)
from live.discussion.places import Place
from live.discussion.telling import kept, lock, next_seq
from live.discussion.writing import asked_names, mentioned, tidied
from live.review.queries import found_in
from lms.core import clock
from lms.core.states import advance
from lms.members.models import Branch, Member

MOST_A_MINUTE = 10
_KEY = re.compile(r"[0-9a-zA-Z-]{8,36}")


def start_thread(
    *, by: Member, place: Place, kind: str, title: str, text: str, key: str,
    at_seconds: int | None = None,
) -> Thread:  # fmt: skip
    """A new thread with its first post. The same `key` again gives the thread it has made."""
    known = queries.post_with_key(by, _checked_key(key))
    if known is not None:
        return known.thread
    if not rules.can_begin(by, place):
        raise NotYoursError(_("这里已经不能发起讨论，可以看，不能再写。"))
    title, text = _checked_title(title), _checked_text(text)
    _check_pace(by)
    looked_after = queries.branch_looking_after(place, by)
    if looked_after is None:
        raise NotYoursError(_("您还不属于任何党组织，暂时不能发起讨论。请联系学校管理员。"))
    own = queries.branch_of(by) or looked_after
    words = found_in(looked_after, title, text)
    now = clock.now()
    try:
        with transaction.atomic():
            thread = Thread.objects.create(
                **place.fields,
                branch=looked_after,
                at_seconds=at_seconds if place.lesson is not None else None,
                kind=ThreadKind(kind),
                title=title,
                author=by,
                made_at=now,
                last_at=now,
                last_seq=1,
                is_hidden=bool(words),
            )
            post = _written(by, thread, own, text, key, number=1, now=now, is_waiting=bool(words))
            forget_draft(by=by, place=f"new:{place.kind}:{place.pk}")
            if words:
                holding.waits(thread, post, words)
            else:
                told.begun(thread, post)
    except IntegrityError:  # the same form, a moment earlier
        return _made_before(by, key).thread
    return thread


def add_answer(
    *, by: Member, thread: Thread, text: str, key: str, parent: Post | None = None
) -> Post:
    """One more post; below `parent`, or below what that one answers. The same `key` adds none."""
    known = queries.post_with_key(by, _checked_key(key))
    if known is not None:
        return known
    text = _checked_text(text)
    _check_pace(by)
    above = _above(thread, parent)
    own = queries.branch_of(by)
    try:
        with transaction.atomic():
            held = lock(thread.pk)
            if not rules.can_answer(by, held):
                raise TalkMovedError(_("这个讨论已经结束，不能再发言。您写的内容还在草稿里。"))
            number = _last_number(held) + 1
            seq = next_seq(held)
            words = found_in(held.branch, text)
            now = clock.now()
            if not words:
                held.last_at = now
                held.answers += 1
            post = _written(
                by, held, own or held.branch, text, key,
                number=number, now=now, parent=above, seq=seq, is_waiting=bool(words),
            )  # fmt: skip
            kept(held, "last_at", "answers")
            forget_draft(by=by, place=f"thread:{held.pk}")
            if words:
                holding.waits(held, post, words)
            else:
                told.answered(held, post)
    except IntegrityError:
        return _made_before(by, key)
    return post


def change_post(*, by: Member, post: Post, text: str, title: str = "") -> None:
    """Other words for the own post; how it read before is kept. Of the first one the title too."""
    text = _checked_text(text)
    with transaction.atomic():
        held = lock(post.thread_id)
        post = Post.objects.select_for_update().get(pk=post.pk)
        if not rules.can_change(by, post, held):
            raise TalkMovedError(_("这条发言现在不能修改：讨论已结束，或发言已被隐藏、撤回。"))
        title = _checked_title(title) if post.is_beginning else ""
        if (post.text, held.title if post.is_beginning else "") == (text, title):
            return
        before = held.title if post.is_beginning else ""
        PostVersion.objects.create(post=post, title=before, text=post.text, until=clock.now())
        if post.is_beginning:
            held.title = title
        called = {**post.mentions, **_mentions(by, held, text)}
        new = [pk for name, pk in called.items() if name not in post.mentions]
        post.text, post.mentions, post.edited_at = text, called, clock.now()
        post.grams, post.changed_seq = grams_of(title, text), next_seq(held)
        post.save(update_fields=["text", "mentions", "edited_at", "grams", "changed_seq"])
        kept(held, "title")
        words = found_in(held.branch, title, text)
        if words and _gone(held, post, PostState.WAITING):
            holding.waits(held, post, words)
        elif post.state == PostState.SHOWN:
            told.called(held, post, new)


def withdraw_post(*, by: Member, post: Post) -> None:
    """Take the own words back; that somebody wrote here stays to be seen."""
    with transaction.atomic():
        held = lock(post.thread_id)
        if not rules.can_change(by, post, held):
            raise TalkMovedError(_("这条发言现在不能撤回：讨论已结束，或发言已被隐藏、撤回。"))
        _gone(held, post, PostState.WITHDRAWN)


def accept_answer(*, by: Member, post: Post) -> None:
    """This answers the question; an answer accepted before makes room."""
    with transaction.atomic():
        held = lock(post.thread_id)
        if not rules.can_accept(by, held):
            raise NotYoursError(_("只有提问人和教师可以采纳回答。"))
        if post.is_beginning or post.state != PostState.SHOWN:
            raise TalkMovedError(_("这条发言不能采纳，请刷新页面看看。"))
        _accept(held, post)
        told.accepted(held, post, by)


def take_back_acceptance(*, by: Member, thread: Thread) -> None:
    with transaction.atomic():
        held = lock(thread.pk)
        if not rules.can_accept(by, held):
            raise NotYoursError(_("只有提问人和教师可以采纳回答。"))
        _accept(held, None)


# --- Within a transaction that holds the thread ---------------------------------------------------


def _accept(held: Thread, post: Post | None) -> None:
    if held.accepted_id == (post.pk if post else None):
        return
    seq = next_seq(held)
    changed = [pk for pk in (held.accepted_id, post.pk if post else None) if pk]
    Post.objects.filter(pk__in=changed).update(changed_seq=seq)
    held.accepted = post
    kept(held, "accepted")


def _gone(held: Thread, post: Post, state: PostState) -> bool:
    """A shown post is shown no longer, or one that waits is not going to be; False otherwise."""
    seq = next_seq(held)
    was_shown = advance(post, to=state, from_=[PostState.SHOWN], changed_seq=seq)
    if not was_shown and (
        state == PostState.WAITING
        or not advance(post, to=state, from_=[PostState.WAITING], changed_seq=seq)
    ):
        return False
    if held.accepted_id == post.pk:
        held.accepted = None
    if post.is_beginning:
        held.is_hidden = state != PostState.WITHDRAWN
    elif was_shown:
        held.answers -= 1
    kept(held, "accepted", "is_hidden", "answers")
    return True


def put_away(held: Thread, post: Post) -> bool:
    """Hide a post that is shown or waits, in a thread locked by this transaction."""
    return _gone(held, post, PostState.HIDDEN)


def bring_back(held: Thread, post: Post, *, state: PostState = PostState.HIDDEN) -> bool:
    """Show a hidden or a waiting post in a thread locked by this transaction."""
    seq = next_seq(held)
    if not advance(post, to=PostState.SHOWN, from_=[state], changed_seq=seq):
        return False
    if post.is_beginning:
        held.is_hidden = False
    else:
        held.answers += 1
    kept(held, "is_hidden", "answers")
    return True


def forget_draft(*, by: Member, place: str) -> None:
    Draft.objects.filter(member=by, place=place).delete()


def _written(
    by: Member, thread: Thread, own: Branch, text: str, key: str, *,
    number: int, now: dt.datetime, parent: Post | None = None, seq: int = 1,
    is_waiting: bool = False,
) -> Post:  # fmt: skip
    return Post.objects.create(
        thread=thread,
        number=number,
        changed_seq=seq,
        parent=parent,
        author=by,
        branch=own,
        key=key,
        text=text,
        mentions=_mentions(by, thread, text),
        made_at=now,
        state=PostState.WAITING if is_waiting else PostState.SHOWN,
        grams=grams_of(thread.title if number == 1 else "", text),
    )


def _mentions(by: Member, thread: Thread, text: str) -> dict[str, int]:
    """The names after an @ of those who can see the thread; of two of one name neither."""
    asked = asked_names(text)
    if not asked:
        return {}
    people = queries.people_to_mention(by, thread)
    known: dict[str, int] = {}
    twice = set()
    for member in queries.named_among(people, asked):
        if not queries.may_see(member, thread):
            continue
        if member.name in known:
            twice.add(member.name)
        known[member.name] = member.pk
    return mentioned(text, {name: pk for name, pk in known.items() if name not in twice})


def _above(thread: Thread, parent: Post | None) -> Post | None:
    """Two levels: an answer to an answer's answer stands beside it, one to the beginning on top."""
    if parent is None or parent.thread_id != thread.pk or parent.is_beginning:
        return None
    return parent.parent if parent.parent_id else parent


def _last_number(held: Thread) -> int:
    return Post.objects.filter(thread=held).order_by("-number").values_list("number", flat=True)[0]


def _made_before(by: Member, key: str) -> Post:
    found = queries.post_with_key(by, key)
    if found is None:
        raise TalkMovedError(_("没有发出去，请再按一次。您写的内容还在。"))
    return found


def _check_pace(by: Member) -> None:
    if queries.posts_since(by, clock.now() - dt.timedelta(minutes=1)) >= MOST_A_MINUTE:
        raise TooFastError(_("发得太快了，请过一分钟再发。您写的内容还在。"))


def _checked_key(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise TalkContentError(_("页面已经过期，请重新打开再发。您写的内容还在草稿里。"))
    return key


def _checked_title(title: str) -> str:
    plain = " ".join(tidied(title).split())
    if not plain:
        raise TalkContentError(_("请写一个标题，一句话说明要讨论什么。"))
    if len(plain) > LONGEST_TITLE:
        raise TalkContentError(_("标题最多 %(most)s 个字。") % {"most": LONGEST_TITLE})
    return plain


def _checked_text(text: str) -> str:
    plain = tidied(text)
    if not plain:
        raise TalkContentError(_("还没有写内容。"))
    if len(plain) > LONGEST_POST:
        raise TalkContentError(
            _("一次最多 %(most)s 个字，现在是 %(count)s 个字。可以分两次发。")
            % {"most": LONGEST_POST, "count": len(plain)}
        )
    return plain
