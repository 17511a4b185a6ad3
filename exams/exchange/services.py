"""Taking a file of questions in: first read and shown, then kept as chosen, once."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from exams.exchange import words
from exams.exchange.drafts import Draft, Fault, Found, UnreadableFileError
from exams.exchange.formats import format_of, read
from exams.exchange.models import ImportState, QuestionImport
from exams.exchange.pictures import with_codes
from exams.exchange.shapes import content_and_key, loses_markup
from exams.questions.duplicates import fingerprint, said_by
from exams.questions.errors import QuestionError
from exams.questions.models import SourceClause, Topic
from exams.questions.queries import citable_clauses, said_in
from exams.questions.rules import can_write_for
from exams.questions.services import About, Written, write_questions
from exams.questions.source_services import add_topics
from exams.questions.stems import kept_stem, plain_stem
from lms.core import clock
from lms.core.states import advance
from lms.members.models import Branch, Member

MOST_BYTES = 20 * 1024 * 1024
MOST_QUESTIONS = 2000
KEPT_DAYS = 7
LONGEST_TOPIC = 80
MIDDLING = 3  # of the five difficulties, where a file says none


@dataclass(frozen=True)
class Row:
    """One question of a file as the preview shows it; `number` names it when it is kept."""

    number: int
    draft: Draft | None
    fault: Fault | None
    is_known: bool
    notes: tuple[str, ...]


def read_file(*, by: Member, branch: Branch, file_name: str, content: bytes) -> QuestionImport:
    """Read a file and keep it for the decision; the bank is not touched.

    Raises QuestionError with a sentence when the file as a whole cannot be taken.
    """
    if not can_write_for(by, branch):
        raise QuestionError(_("只能为自己任教员或管理员的党组织导入题目。"))
    if len(content) > MOST_BYTES:
        raise QuestionError(_("文件太大。请分成几份导入。"))
    try:
        file_format = format_of(file_name, content)
        found = read(file_format, content)
    except UnreadableFileError as unreadable:
        raise QuestionError(words.of_file(unreadable)) from unreadable
    if len(found) > MOST_QUESTIONS:
        raise QuestionError(
            _("一次最多导入 %(most)s 题。请分成几份导入。") % {"most": MOST_QUESTIONS}
        )
    faulty = sum(isinstance(each, Fault) for each in found)
    return QuestionImport.objects.create(
        by=by,
        branch=branch,
        file_name=file_name[:255],
        format=file_format,
        content=content,
        found=len(found) - faulty,
        faulty=faulty,
        made_at=clock.now(),
    )


def rows_of(upload: QuestionImport) -> list[Row]:
    """What the file asks, and what of it the bank of the branch asks already."""
    known = {fingerprint(said) for said in said_in(upload.branch).values()}
    rows = []
    for number, each in enumerate(_found(upload)):
        if isinstance(each, Fault):
            rows.append(Row(number, None, each, False, ()))
            continue
        content, _key = content_and_key(each)
        mark = fingerprint(said_by(plain_stem(kept_stem(each.stem)), content))
        notes = each.notes + (("markup",) if loses_markup(each) else ())
        rows.append(Row(number, each, None, mark in known, notes))
        known.add(mark)
    return rows


@transaction.atomic
def keep_questions(*, upload: QuestionImport, by: Member, numbers: Collection[int]) -> int:
    """Put the chosen questions into the bank as drafts, all of them or none; how many.

    A second press finds the upload decided about and is refused.
    """
    if upload.by_id != by.pk:
        raise QuestionError(_("只能确认自己上传的文件。"))
    found = _found(upload)
    chosen = [each for n, each in enumerate(found) if n in numbers and isinstance(each, Draft)]
    if not chosen:
        raise QuestionError(_("请至少选一道题。"))
    if not advance(
        upload,
        to=ImportState.KEPT,
        from_=[ImportState.READ],
        kept=len(chosen),
        content=b"",
        ended_at=clock.now(),
    ):
        raise QuestionError(_("这份文件已经处理过了，没有重复入库。"))
    clauses = {clause.number: clause for clause in citable_clauses(by)} if _cites(chosen) else {}
    topics = _topics(chosen, upload.branch, by)
    write_questions(
        by=by,
        branch=upload.branch,
        questions=[_written(draft, by, clauses, topics) for draft in chosen],
    )
    return len(chosen)


def drop_import(*, upload: QuestionImport, by: Member) -> None:
    """Decide to keep nothing of it."""
    if upload.by_id != by.pk:
        raise QuestionError(_("只能放弃自己上传的文件。"))
    _drop(upload)


def drop_forgotten() -> int:
    """Drop what nobody has decided about for a week; how many."""
    since = clock.now() - dt.timedelta(days=KEPT_DAYS)
    waiting = QuestionImport.objects.filter(state=ImportState.READ, made_at__lt=since)
    return sum(_drop(upload) for upload in waiting.defer("content"))


def _drop(upload: QuestionImport) -> bool:
    return advance(
        upload,
        to=ImportState.DROPPED,
        from_=[ImportState.READ],
        content=b"",
        ended_at=clock.now(),
    )


def _found(upload: QuestionImport) -> Found:
    return read(upload.format, bytes(upload.content)) if upload.content else ()


def _cites(drafts: Collection[Draft]) -> bool:
    return any(draft.clause for draft in drafts)


def _topics(drafts: Collection[Draft], branch: Branch, by: Member) -> dict[str, Topic]:
    """The topics the drafts name, made where the branch has none of that name."""
    names = {draft.topic[:LONGEST_TOPIC] for draft in drafts if draft.topic}
    return add_topics(by=by, branch=branch, names=names) if names else {}


def _written(
    draft: Draft, by: Member, clauses: dict[str, SourceClause], topics: dict[str, Topic]
) -> tuple[str, Written, About]:
    """The question as the bank writes it; its pictures are in the library from now on."""
    content, key = content_and_key(draft)
    for part in content.get("parts", ()):
        part["stem"] = kept_stem(with_codes(part["stem"], draft.pictures, by=by))
    written = Written(
        stem=with_codes(draft.stem, draft.pictures, by=by),
        content=content,
        key=key,
        explanation=with_codes(draft.explanation, draft.pictures, by=by),
    )
    about = About(
        category=draft.category[:60],
        topic=topics.get(draft.topic[:LONGEST_TOPIC]),
        difficulty=draft.difficulty or MIDDLING,
        clause=clauses.get(draft.clause),
    )
    return draft.kind, written, about
