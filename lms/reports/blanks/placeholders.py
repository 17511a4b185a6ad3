"""The placeholders of official forms: `{{支部名称}}`, and lists by `{{党员.姓名}}` (pure).

A placeholder is a name of this file and nothing else: no expression, no filter, no code. A row
with a dotted one is repeated, once for each line of that list.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

Filled = str | int | Decimal | dt.date | None

_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


class Subject(StrEnum):
    """Of what one form is filled."""

    BRANCH = "branch"
    MEMBER = "member"


HOURS = ("集中培训", "集体学习", "个人自学", "网络自学", "考试", "活动")
PERSON = (
    "姓名", "党员编号", "身份", "所在组织", *HOURS, "学时合计", "年度要求", "还差学时", "达标情况",
    "最近学习",
)  # fmt: skip
ANYWHERE = ("支部名称", "年度", "填表日期", "填表人")
BRANCH_ONLY = ("党员人数", "应学人数", "已达标人数", "未达标人数", "人均学时", "学习次数")
LISTS: Mapping[str, tuple[str, ...]] = {
    "党员": ("序号", *PERSON),
    "学习": (
        "序号", "日期", "主题", "形式", "类别", "地点", "应到", "实到", "缺席", "主持人", "学时",
    ),
    "记录": ("序号", "日期", "内容", "类别", "学时", "计入"),
}  # fmt: skip
_LISTS_OF = {Subject.BRANCH: ("党员", "学习"), Subject.MEMBER: ("记录",)}
_FIELDS_OF = {
    Subject.BRANCH: (*ANYWHERE, *BRANCH_ONLY),
    Subject.MEMBER: (*ANYWHERE, *PERSON),
}


@dataclass(frozen=True, slots=True)
class Values:
    """What one form is filled with."""

    fields: Mapping[str, Filled]
    lists: Mapping[str, Sequence[Mapping[str, Filled]]] = field(default_factory=dict)


class BadPlaceholdersError(Exception):
    """What a template asks for cannot be filled; `names` are those concerned."""

    def __init__(self, case: str, names: Sequence[str] = ()) -> None:
        super().__init__(case, names)
        self.case = case
        self.names = names


def known_names(subject: Subject) -> list[str]:
    """Everything a form of this subject may ask for, as it is written in a template."""
    dotted = [f"{name}.{part}" for name in _LISTS_OF[subject] for part in LISTS[name]]
    return [*_FIELDS_OF[subject], *dotted]


def names_in(text: str) -> list[str]:
    """The placeholders in a text, in order."""
    return _PLACEHOLDER.findall(text)


def list_of(row_text: str) -> str:
    """Which list repeats a row of this text; "" if none does."""
    found = {name.partition(".")[0] for name in names_in(row_text) if "." in name}
    if len(found) > 1:
        raise BadPlaceholdersError("two_lists", sorted(found))
    return found.pop() if found else ""


def subject_of(names: Iterable[str]) -> Subject:
    """What a form with these placeholders is of; raises BadPlaceholdersError."""
    asked = list(dict.fromkeys(names))
    if not asked:
        raise BadPlaceholdersError("none")
    everything = {*known_names(Subject.BRANCH), *known_names(Subject.MEMBER)}
    if unknown := [name for name in asked if name not in everything]:
        raise BadPlaceholdersError("unknown", unknown)
    fitting = [
        subject for subject in Subject if all(name in known_names(subject) for name in asked)
    ]
    if not fitting:
        own = set(known_names(Subject.BRANCH))
        raise BadPlaceholdersError("two_subjects", [name for name in asked if name not in own])
    return fitting[0]


def filled(text: str, values: Mapping[str, Filled]) -> str:
    """The text with each placeholder replaced; what was filled in is not looked at again."""
    return _PLACEHOLDER.sub(lambda found: as_text(values.get(found[1])), text)


def alone(text: str) -> str:
    """The placeholder that is all of the text; "" if there is more, or none."""
    whole = _PLACEHOLDER.fullmatch(text.strip())
    return whole[1] if whole else ""


def of_row(name: str, row: Mapping[str, Filled], fields: Mapping[str, Filled]) -> dict[str, Filled]:
    """What a repeated row is filled with: its own line, and the fields of the whole form."""
    return {**fields, **{f"{name}.{part}": value for part, value in row.items()}}


def as_text(value: Filled) -> str:
    """24.50 → 24.5; a date as 2026-03-01; nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, dt.date) else str(value)
