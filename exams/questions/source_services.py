"""Texts questions rest on, their editions, and the topics of a branch."""

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from exams.questions.clauses import Change, Clause, changes, clauses_in
from exams.questions.errors import QuestionError
from exams.questions.models import Question, SourceClause, SourceEdition, SourceText, Topic
from exams.questions.rules import can_write_for
from lms.members.models import Branch, Member


def _check(by: Member, branch: Branch) -> None:
    if not can_write_for(by, branch):
        raise QuestionError(_("只能维护自己任教员或管理员的党组织的题库。"))


def add_topic(*, by: Member, branch: Branch, name: str) -> Topic:
    """A topic of the branch; the same name again is the same topic."""
    _check(by, branch)
    if not name.strip():
        raise QuestionError(_("请写出知识点的名称。"))
    return Topic.objects.get_or_create(branch=branch, name=name.strip())[0]


def add_topics(*, by: Member, branch: Branch, names: Iterable[str]) -> dict[str, Topic]:
    """Topics of the branch by these names, made where it has none; two statements for all."""
    _check(by, branch)
    wanted = {name: name.strip() for name in names if name.strip()}
    Topic.objects.bulk_create(
        (Topic(branch=branch, name=name) for name in sorted(set(wanted.values()))),
        ignore_conflicts=True,
    )
    found = {topic.name: topic for topic in Topic.objects.filter(branch=branch)}
    return {name: found[kept] for name, kept in wanted.items()}


def rename_topic(*, topic: Topic, by: Member, name: str) -> None:
    _check(by, topic.branch)
    if not name.strip():
        raise QuestionError(_("请写出知识点的名称。"))
    try:
        with transaction.atomic():
            Topic.objects.filter(pk=topic.pk).update(name=name.strip())
    except IntegrityError:
        raise QuestionError(_("已经有这个知识点了，请换一个名称。")) from None


def add_source_text(*, by: Member, branch: Branch, title: str) -> SourceText:
    _check(by, branch)
    if not title.strip():
        raise QuestionError(_("请写出文本的名称。"))
    return SourceText.objects.create(branch=branch, title=title.strip())


@transaction.atomic
def add_edition(
    *, text: SourceText, by: Member, name: str, in_force_from: dt.date, pasted: str
) -> SourceEdition:
    """An edition from its pasted words. Questions on clauses it changed wait to be looked at.

    Questions on clauses it leaves as they were rest on the new edition from now on.
    """
    _check(by, text.branch)
    SourceText.objects.select_for_update(no_key=True).get(pk=text.pk)
    try:
        found = clauses_in(pasted)
    except ValueError as twice:
        raise QuestionError(
            _("“%(number)s”出现了两次，请检查粘贴的文本。") % {"number": twice}
        ) from None
    if not found:
        raise QuestionError(_("没有找到条文。请粘贴全文，每一条以“第…条”开头另起一行。"))
    if text.editions.filter(name=name.strip()).exists():
        raise QuestionError(_("已经有这个版本了，请换一个版本名称。"))
    before = text.editions.filter(in_force_from__lte=in_force_from).order_by("in_force_from").last()
    is_latest = not text.editions.filter(in_force_from__gt=in_force_from).exists()
    edition = SourceEdition.objects.create(
        text=text, name=name.strip(), in_force_from=in_force_from
    )
    SourceClause.objects.bulk_create(
        SourceClause(edition=edition, position=place, number=each.number, words=each.words)
        for place, each in enumerate(found, 1)
    )
    if before is not None and is_latest:
        _carry_over(before, edition)
    return edition


def compare_editions(older: SourceEdition, newer: SourceEdition) -> list[Change]:
    """What became of the clauses of the older edition that are not the same any more."""
    return changes(_clauses(older), _clauses(newer))


def _clauses(edition: SourceEdition) -> list[Clause]:
    rows = edition.clauses.order_by("position").values_list("number", "words")
    return [Clause(number, words) for number, words in rows]


def _carry_over(older: SourceEdition, newer: SourceEdition) -> None:
    changed = {change.old.number: change for change in compare_editions(older, newer)}
    now = {clause.number: clause for clause in newer.clauses.all()}
    for clause in older.clauses.filter(questions__isnull=False).distinct():
        resting = Question.objects.filter(clause=clause)
        change = changed.get(clause.number)
        if change is None:
            resting.update(clause=now[clause.number])
            continue
        reason = (
            _("依据条文已修订：%(title)s%(number)s")
            if change.new
            else _("依据条文已删除：%(title)s%(number)s")
        )
        resting.update(
            review_reason=(reason % {"title": f"《{newer.text.title}》", "number": clause.number})[
                :200
            ]
        )
