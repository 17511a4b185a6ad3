"""Which forms a branch may fill, and what they are filled with."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation

from exams.credit.models import StudyCategory
from lms.core import clock
from lms.members.models import Branch, Member, MemberKind
from lms.members.queries import branch_on, path_and_above, visible_branches
from lms.reports.blanks.models import Blank
from lms.reports.blanks.placeholders import Filled, Values
from lms.reports.blanks.presets import PRESETS
from lms.reports.queries import BehindFirst, Board, entries_of_year, year_of
from lms.reports.words import state_text
from lms.reports.yearbook.queries import gatherings_of
from lms.reports.years import YearOfStudy, reckoning_day

# More people than anybody prints a form of; their branches have forms of their own.
MOST_PEOPLE = 2000


@dataclass(frozen=True, slots=True)
class Form:
    """One form that can be filled: a preset, or one that was brought in."""

    key: str
    name: str
    kind: str
    subject: str
    content: bytes
    blank: Blank | None  # None: a preset
    may_remove: bool = False


def forms_for(by: Any, branch: Branch) -> list[Form]:
    """The presets, and what the branch or one above it has brought in."""
    presets = [
        Form(key=key, name=name, kind="xlsx", subject=subject, content=draw(), blank=None)
        for key, (name, subject, draw) in PRESETS.items()
    ]
    own = set(visible_branches(by).order_by().values_list("pk", flat=True))
    return presets + [
        Form(
            key=str(each.pk),
            name=each.name,
            kind=each.kind,
            subject=each.subject,
            content=bytes(each.content),
            blank=each,
            may_remove=each.branch_id in own,
        )
        for each in blanks_for(branch)
    ]


def blanks_for(branch: Branch) -> QuerySet[Blank]:
    return (
        Blank.objects.filter(branch__path__in=path_and_above(branch.path))
        .select_related("branch")
        .order_by("name", "pk")
    )


def form_for(by: Any, branch: Branch, key: str) -> Form | None:
    return next((form for form in forms_for(by, branch) if form.key == key), None)


# --- What a form is filled with -------------------------------------------------------------------


def values_of_branch(board: Board, by: Member) -> Values:
    """A branch's year: its figures, its people and what it did. Paper is Chinese."""
    with translation.override(settings.LANGUAGE_CODE):
        held = gatherings_of(board.branch, board.year)
        figures = board.figures
        kinds = dict(MemberKind.choices)
        rows = BehindFirst(board)[:MOST_PEOPLE]
        kind_of = dict(
            Member.objects.filter(pk__in=[row.member_id for row in rows]).values_list("pk", "kind")
        )
        return Values(
            fields={
                **_anywhere(board.branch, board.year, by),
                "党员人数": figures.members,
                "应学人数": figures.due,
                "已达标人数": figures.reached,
                "未达标人数": figures.behind,
                "人均学时": Decimal(figures.average),
                "学习次数": len(held),
            },
            lists={
                "党员": [
                    {
                        "序号": place,
                        "姓名": row.name,
                        "党员编号": row.number,
                        "身份": str(kinds[kind_of[row.member_id]]),
                        "所在组织": row.branch,
                        "最近学习": row.last_earned_on,
                        **_year(row.year),
                    }
                    for place, row in enumerate(rows, start=1)
                ],
                "学习": [
                    {
                        "序号": place,
                        "日期": each.on,
                        "主题": each.title,
                        "形式": each.kind,
                        "类别": each.category,
                        "地点": each.place,
                        "应到": each.expected,
                        "实到": each.present,
                        "缺席": each.absent,
                        "主持人": each.host,
                        "学时": each.hours,
                    }
                    for place, each in enumerate(held, start=1)
                ],
            },
        )


def values_of_member(member: Member, branch: Branch, year: int, by: Member) -> Values:
    """A member's year: the figures of the archive, and its entries, the first one first."""
    with translation.override(settings.LANGUAGE_CODE):
        entries = list(entries_of_year(member, year))[::-1]
        home = branch_on(member, reckoning_day(year, clock.today()))
        return Values(
            fields={
                **_anywhere(home or branch, year, by),
                "姓名": member.name,
                "党员编号": member.number,
                "身份": member.get_kind_display(),
                "所在组织": home.name if home else "",
                "最近学习": max((each.earned_on for each in entries), default=None),
                **_year(year_of(member, year)),
            },
            lists={
                "记录": [
                    {
                        "序号": place,
                        "日期": each.earned_on,
                        "内容": each.source_title + ("（冲销）" if each.reverses_id else ""),
                        "类别": str(each.get_category_display()),
                        "学时": each.hours,
                        "计入": each.counted_hours,
                    }
                    for place, each in enumerate(entries, start=1)
                ]
            },
        )


def _anywhere(branch: Branch, year: int, by: Member) -> dict[str, Filled]:
    return {
        "支部名称": branch.name, "年度": year, "填表日期": clock.today(), "填表人": by.name,
    }  # fmt: skip


def _year(study: YearOfStudy) -> Mapping[str, Filled]:
    return {
        **{str(each.label): study.by_category.get(each, Decimal(0)) for each in StudyCategory},
        "学时合计": study.counted,
        "年度要求": study.target,
        "还差学时": study.missing,
        "达标情况": state_text(study.state),
    }
