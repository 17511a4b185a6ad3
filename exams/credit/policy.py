"""The rules by which study becomes hours, and what is asked of whom; pure, versioned as a whole.

`PRESET` is what a school starts with. A node publishes its own `Rules` for a year
(`exams.rules`); a new version holds for what is posted after it and never touches old entries.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Any, Self


class Category(StrEnum):
    """How an hour was studied. Targets are set per category, never on the bare sum."""

    CONCENTRATED = "concentrated"  # 集中培训
    GROUP = "group"  # 集体学习
    INDIVIDUAL = "individual"  # 个人自学
    ONLINE = "online"  # 网络自学
    EXAM = "exam"  # 考试
    ACTIVITY = "activity"  # 活动


class Identity(StrEnum):
    """In what capacity something is asked of a person; one person may have several."""

    FULL = "full"  # 正式党员
    PROBATIONARY = "probationary"  # 预备党员
    CANDIDATE = "candidate"  # 发展对象
    ACTIVIST = "activist"  # 入党积极分子
    SECRETARY = "secretary"  # 党组织书记
    COMMITTEE = "committee"  # 班子成员
    CADRE_TOWNSHIP = "cadre_township"  # 乡科级及以下干部
    CADRE_COUNTY = "cadre_county"  # 县处级及以上干部


class Measure(StrEnum):
    """Which hours a target adds up."""

    COUNTED = (
        "counted"  # 集中培训 and 集体学习, and what a node lets of 网络自学 count towards them
    )
    CONCENTRATED = "concentrated"  # 集中培训 alone
    ONLINE = "online"  # 网络自学 alone
    ALL = "all"  # every category


class Limit(StrEnum):
    """Why less was granted than a source is worth, or less of it counts."""

    SAME_CONTENT = "same_content"
    DAY = "day"
    PROGRAMME = "programme"
    ONLINE = "online"  # granted, but the share of 网络自学 that counts is used up


# What the 32 and the 56 are counted in, whatever a node decides of 网络自学.
CENTRAL: frozenset[Category] = frozenset({Category.CONCENTRATED, Category.GROUP})

MINUTE_MS = 60_000
QUARTER = Decimal("0.25")
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Target:
    """Hours asked of an identity: so many of a measure within so many years, and events."""

    identity: Identity
    hours: Decimal
    measure: Measure = Measure.COUNTED
    years: int = 1
    events: int = 0  # at least so many occasions of 集中培训 a year
    source: str = ""

    @property
    def is_annual(self) -> bool:
        """Of the kind that is compared: the highest of these is the year's target."""
        return self.measure is Measure.COUNTED and self.years == 1


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of everything that decides hours and targets. Hours are 学时."""

    version: str
    targets: tuple[Target, ...]
    # How many hours of 网络自学 a year count towards the annual target; None: all of them.
    online_most: Decimal | None
    # (at least so long, worth so much), the longest first.
    conversion: tuple[tuple[int, Decimal], ...]
    period_minutes: int
    day_hours: Decimal
    half_day_hours: Decimal
    # How many hours of 网络自学 a day and a programme (a course) give; None: no cap.
    daily_most: Decimal | None
    programme_most: Decimal | None

    def hours_for_video(self, duration_ms: int) -> Decimal:
        """The published hours of a unit this long; 0 for one without length."""
        return next((worth for least, worth in self.conversion if duration_ms >= least), NOTHING)

    def hours_for_minutes(self, minutes: int) -> Decimal:
        """What a meeting of so many minutes is worth: whole quarters of a period, rounded down."""
        periods = Decimal(max(0, minutes)) / self.period_minutes
        return (periods / QUARTER).to_integral_value(ROUND_FLOOR) * QUARTER

    def counts(self, category: str) -> bool:
        """Whether hours of this category can fill the annual target."""
        return category in CENTRAL or (
            category == Category.ONLINE and (self.online_most is None or self.online_most > 0)
        )

    def as_json(self) -> dict[str, Any]:
        """Plain JSON without numbers that have a point; `from_json` reads it back."""
        return {
            "version": self.version,
            "targets": [
                {
                    "identity": target.identity.value,
                    "hours": str(target.hours),
                    "measure": target.measure.value,
                    "years": target.years,
                    "events": target.events,
                    "source": target.source,
                }
                for target in self.targets
            ],
            "online_most": _said(self.online_most),
            "conversion": [[least, str(worth)] for least, worth in self.conversion],
            "period_minutes": self.period_minutes,
            "day_hours": str(self.day_hours),
            "half_day_hours": str(self.half_day_hours),
            "daily_most": _said(self.daily_most),
            "programme_most": _said(self.programme_most),
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        return cls(
            version=said["version"],
            targets=tuple(
                Target(
                    Identity(row["identity"]),
                    Decimal(row["hours"]),
                    Measure(row["measure"]),
                    row["years"],
                    row["events"],
                    row["source"],
                )
                for row in said["targets"]
            ),
            online_most=_read(said["online_most"]),
            conversion=tuple((least, Decimal(worth)) for least, worth in said["conversion"]),
            period_minutes=said["period_minutes"],
            day_hours=Decimal(said["day_hours"]),
            half_day_hours=Decimal(said["half_day_hours"]),
            daily_most=_read(said["daily_most"]),
            programme_most=_read(said["programme_most"]),
        )


def _said(hours: Decimal | None) -> str | None:
    return None if hours is None else str(hours)


def _read(said: str | None) -> Decimal | None:
    return None if said is None else Decimal(said)


_MEMBER_PLAN = "《2019—2023年全国党员教育培训工作规划》"
_CADRE_RULE = "《干部教育培训工作条例》(2023年修订)"

PRESET = Rules(
    version="preset-2026-1",
    targets=(
        # 党员每年集中学习培训时间一般不少于32学时; 党组织书记和班子成员不少于56学时, 至少参加1次
        # 集中培训; 预备党员和新党员至少参加1次集中培训.
        Target(Identity.FULL, Decimal(32), source=_MEMBER_PLAN),
        Target(Identity.PROBATIONARY, Decimal(32), events=1, source=_MEMBER_PLAN),
        Target(Identity.SECRETARY, Decimal(56), events=1, source=_MEMBER_PLAN),
        Target(Identity.COMMITTEE, Decimal(56), events=1, source=_MEMBER_PLAN),
        # 短期集中培训不少于三天或者不少于24学时.
        Target(
            Identity.CANDIDATE,
            Decimal(24),
            Measure.CONCENTRATED,
            source="《中国共产党发展党员工作细则》",
        ),
        # 乡科级及以下每年不少于12天或者90学时; 县处级以上五年内不少于3个月或者550学时.
        Target(Identity.CADRE_TOWNSHIP, Decimal(90), source=_CADRE_RULE),
        Target(Identity.CADRE_COUNTY, Decimal(550), Measure.ALL, years=5, source=_CADRE_RULE),
        *(
            Target(
                identity,
                Decimal(50),
                Measure.ONLINE,
                source="《全国干部教育培训规划(2023—2027年)》，据云南省干部在线学习学院说明",
            )
            for identity in (Identity.CADRE_TOWNSHIP, Identity.CADRE_COUNTY)
        ),
    ),
    # The plan counts 集中培训 and 集体学习. What of 网络自学 counts is for each node to decide.
    online_most=NOTHING,
    # 云南省干部在线学习学院《学习学时制介绍》(2024): 时长30分钟及以上的课程1个学时, 小于30分钟且
    # 大于15分钟的0.5个学时, 15分钟及以下的0.25个学时. Hours are given for a whole verified unit
    # at its published value, never for minutes online (国办函〔2026〕12号 forbids appraising people
    # by time spent in an application).
    conversion=(
        (30 * MINUTE_MS, Decimal("1")),
        (15 * MINUTE_MS + 1, Decimal("0.5")),
        (1, Decimal("0.25")),
    ),
    # 企业《党员教育培训学时管理制度》(2018): 脱产培训每天8学时, 半天4学时; a period has 45 minutes.
    period_minutes=45,
    day_hours=Decimal(8),
    half_day_hours=Decimal(4),
    daily_most=Decimal(8),
    programme_most=None,
)


# --- What a source is granted ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spent:
    """What the member has had so far, net of what was reversed."""

    online_on_the_day: Decimal = NOTHING
    in_programme: Decimal = NOTHING  # this year
    for_content: Decimal = NOTHING  # this year, wherever the content hangs
    online_counted: Decimal = NOTHING  # this year


@dataclass(frozen=True, slots=True)
class Grant:
    """Hours given, how many of them count towards the annual target, and what limited them."""

    hours: Decimal
    counted: Decimal
    limits: tuple[Limit, ...] = ()


def grant(rules: Rules, *, category: str, worth: Decimal, spent: Spent) -> Grant:
    """What a source of this worth gives, under the caps. Never more than it is worth."""
    hours, limits = worth, []
    caps: tuple[tuple[Limit, Decimal | None, Decimal], ...] = (
        (Limit.SAME_CONTENT, worth, spent.for_content),
    )
    if category == Category.ONLINE:
        caps += (
            (Limit.PROGRAMME, rules.programme_most, spent.in_programme),
            (Limit.DAY, rules.daily_most, spent.online_on_the_day),
        )
    for limit, most, had in caps:
        if most is not None and hours > (left := max(NOTHING, most - had)):
            hours = left
            limits.append(limit)
    counted = hours if category in CENTRAL else NOTHING
    if category == Category.ONLINE:
        room = (
            hours
            if rules.online_most is None
            else max(NOTHING, rules.online_most - spent.online_counted)
        )
        counted = min(hours, room)
        if counted < hours and rules.online_most:
            limits.append(Limit.ONLINE)
    return Grant(hours, counted, tuple(limits))


# --- What is asked of a person -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Relief:
    """An approved exemption (`hours` None) or reduction to `hours` of one year's target."""

    hours: Decimal | None

    @property
    def is_exemption(self) -> bool:
        return self.hours is None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a year asks of one person: the highest annual target, and the others beside it."""

    hours: Decimal
    events: int
    is_exempt: bool
    targets: tuple[Target, ...]  # of all the person's identities, the highest annual one first

    @property
    def is_due(self) -> bool:
        """Something is asked; whoever is exempt, or of no such identity, is in no denominator."""
        return not self.is_exempt and (self.hours > 0 or self.events > 0)

    @property
    def others(self) -> tuple[Target, ...]:
        return tuple(target for target in self.targets if not target.is_annual)


def asked_of(rules: Rules, identities: Collection[str], reliefs: Iterable[Relief] = ()) -> Asked:
    """Of several identities the highest annual target counts; each stays listed.

    A reduction never raises a target; an exemption leaves nothing to reach.
    """
    targets = sorted(
        (target for target in rules.targets if target.identity in identities),
        key=lambda target: (not target.is_annual, -target.hours, target.identity),
    )
    annual = [target for target in targets if target.is_annual]
    hours = max((target.hours for target in annual), default=NOTHING)
    events = max((target.events for target in annual), default=0)
    granted = list(reliefs)
    for relief in granted:
        if relief.hours is not None:
            hours = min(hours, relief.hours)
    exempt = any(relief.is_exemption for relief in granted)
    return Asked(NOTHING if exempt else hours, 0 if exempt else events, exempt, tuple(targets))


def missing_hours(counted: Decimal, target: Decimal) -> Decimal:
    """How far behind the annual target; never negative."""
    return max(NOTHING, target - counted)


def is_reached(asked_hours: Decimal, asked_events: int, counted: Decimal, events: int) -> bool:
    """Whether a year's hours and occasions are what was asked."""
    return counted >= asked_hours and events >= asked_events
