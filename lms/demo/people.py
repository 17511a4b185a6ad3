"""The demo school's branch tree and its thirty made-up members."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

PASSWORD = "study-2026"  # noqa: S105  (printed for everyone who opens the demo school)


class Level(StrEnum):
    """What kind of organisation a node of the tree is."""

    COMMITTEE = "committee"
    GENERAL_BRANCH = "general_branch"
    BRANCH = "branch"


class Duty(StrEnum):
    """The one role a demo account has beside being a member."""

    MEMBER = "member"
    INSTRUCTOR = "instructor"
    SECRETARY = "secretary"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class BranchText:
    """One node of the branch tree; `parent` is the key of the node above, empty at the root."""

    key: str
    code: str
    name: str
    level: Level
    parent: str = ""


@dataclass(frozen=True, slots=True)
class MemberText:
    """One made-up person; `joined_on` is the day the membership in `branch` starts."""

    number: str
    name: str
    phone: str
    branch: str
    joined_on: date
    duty: Duty = Duty.MEMBER


BRANCHES: tuple[BranchText, ...] = (
    BranchText("committee", "JG", "某县机关党委", Level.COMMITTEE),
    BranchText("general", "JG01", "机关第一党总支", Level.GENERAL_BRANCH, "committee"),
    BranchText("first", "JG0101", "第一党支部", Level.BRANCH, "general"),
    BranchText("second", "JG0102", "第二党支部", Level.BRANCH, "general"),
    BranchText("retired", "JG02", "离退休党支部", Level.BRANCH, "committee"),
)

_STAFF: tuple[tuple[str, str, str, date, Duty], ...] = (
    ("100001", "陈书宁", "committee", date(2024, 3, 1), Duty.ADMINISTRATOR),
    ("200001", "林向晨", "first", date(2023, 9, 1), Duty.SECRETARY),
    ("200002", "赵淑芬", "second", date(2022, 5, 1), Duty.SECRETARY),
    ("200003", "何振山", "retired", date(2021, 1, 1), Duty.SECRETARY),
    ("300001", "周明远", "first", date(2023, 9, 1), Duty.INSTRUCTOR),
)

_FIRST_BRANCH = (
    "王䶮", "张晓岚", "刘建业", "古丽娜尔·艾山", "吴海燕", "郑文博", "孙玉洁", "朱雨桐", "欧阳若水",
)  # fmt: skip
_SECOND_BRANCH = (
    "李淏", "马远行", "胡立新", "高春梅", "罗子涵", "梁永康", "宋佳宁", "扎西·多吉", "许秋平",
)  # fmt: skip
_RETIRED_BRANCH = ("冯德厚", "邓玉兰", "曹福生", "彭桂香", "曾瑞麟", "田守仁", "韩冬青")


def _members() -> tuple[MemberText, ...]:
    rows = list(_STAFF)
    names = (
        [(name, "first", date(2024, 7, 1)) for name in _FIRST_BRANCH]
        + [(name, "second", date(2024, 7, 1)) for name in _SECOND_BRANCH]
        + [(name, "retired", date(2021, 1, 1)) for name in _RETIRED_BRANCH]
    )
    rows += [
        (str(400001 + index), name, branch, joined_on, Duty.MEMBER)
        for index, (name, branch, joined_on) in enumerate(names)
    ]
    return tuple(
        MemberText(number, name, str(13800000001 + index), branch, joined_on, duty)
        for index, (number, name, branch, joined_on, duty) in enumerate(rows)
    )


MEMBERS: tuple[MemberText, ...] = _members()

# Who moves in the middle of the year, and where to: the first months stay with the old branch.
TRANSFERS: dict[str, str] = {
    "400003": "second",  # 刘建业, from the first branch
    "400012": "first",  # 胡立新, from the second branch
    "400018": "retired",  # 许秋平, from the second branch
}
