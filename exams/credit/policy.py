"""The rules by which study becomes hours, each with its source; pure, and versioned as a whole."""

from decimal import Decimal
from enum import StrEnum

# Stored with every ledger entry. A changed rule gets a new version and never touches old entries.
RULE_VERSION = "2026-1"


class Category(StrEnum):
    """How an hour was studied. Targets are set per category, never on the bare sum."""

    CONCENTRATED = "concentrated"  # 集中培训
    GROUP = "group"  # 集体学习
    INDIVIDUAL = "individual"  # 个人自学
    ONLINE = "online"  # 网络自学
    EXAM = "exam"  # 考试
    ACTIVITY = "activity"  # 活动


# 《2019—2023年全国党员教育培训工作规划》: 党员每年集中学习培训时间一般不少于32学时.
ANNUAL_TARGET = Decimal(32)

# The plan counts 集中培训 and 集体学习; what of 网络自学 counts towards it is decided by each
# school. This school's preset counts it, so that a branch that studies online can meet the target.
COUNTED_CATEGORIES: frozenset[Category] = frozenset(
    {Category.CONCENTRATED, Category.GROUP, Category.ONLINE}
)

MINUTE_MS = 60_000

# 云南省干部在线学习学院《学习学时制介绍》(2024): 时长30分钟及以上的课程1个学时, 小于30分钟且大于
# 15分钟的0.5个学时, 15分钟及以下的0.25个学时. Hours are given for a whole verified unit at its
# published value, never for minutes online (国办函〔2026〕12号 forbids appraising people by time
# spent in an application).
CONVERSION: tuple[tuple[int, Decimal], ...] = (
    (30 * MINUTE_MS, Decimal("1")),
    (15 * MINUTE_MS + 1, Decimal("0.5")),
    (1, Decimal("0.25")),
)


def hours_for_duration(duration_ms: int) -> Decimal:
    """The published 学时 of a unit this long; 0 for one without length."""
    return next((hours for at_least, hours in CONVERSION if duration_ms >= at_least), Decimal(0))


def counts_towards_target(category: str) -> bool:
    """Whether hours of this category fill the annual target in this school's preset."""
    return category in COUNTED_CATEGORIES


def missing_hours(counted: Decimal, target: Decimal = ANNUAL_TARGET) -> Decimal:
    """How far behind the annual target; never negative."""
    return max(Decimal(0), target - counted)
