"""What an exam's results say about its questions and about itself (pure).

Everything is computed on first attempts: a second attempt knows the questions.

- Facility p: the mean of what a question earned, over what it could earn.
- Discrimination D: facility among the upper 27 % less that among the lower 27 %, by the total of
  the exam (T. L. Kelley, "The selection of upper and lower groups for the validation of test
  items", J. Educ. Psychol. 30, 1939, 17-24). Where the border falls among people with the same
  total, each of them counts in part: the result depends on nobody's place in a list.
- Corrected item-total correlation r: Pearson's, of the question with the rest of the exam, so that
  a question does not agree with itself (what Moodle's quiz statistics call the discrimination
  index: docs.moodle.org, "Quiz statistics calculations").
- Cronbach's alpha: k/(k-1) * (1 - sum of question variances / variance of totals), sample
  variances (L. J. Cronbach, "Coefficient alpha and the internal structure of tests",
  Psychometrika 16, 1951, 297-334). For right and wrong alone it is Kuder and Richardson's KR-20.
- Standard error of measurement: s * sqrt(1 - alpha).

The tests check them against two published worked examples: K. L. Wuensch's ten students and ten
questions with p, pq and the variance of the totals (East Carolina University,
core.ecu.edu/wuenschk/StatHelp/KR20.txt), and the "Item Analysis Worksheet" of ten students and
ten questions with p and D of each (studylib.net/doc/25270846), and against an independent
computation in exact fractions.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

GROUP = 0.27
TOO_HARD = 0.2
TOO_EASY = 0.95
FLAT = 0.15
# Below this many people figures about a question are chance; they are shown, but raise no flag.
FEWEST = 10


class Flag(StrEnum):
    """What somebody should look at."""

    HARD = "hard"
    EASY = "easy"
    FLAT = "flat"
    BAD_KEY = "bad_key"


@dataclass(frozen=True, slots=True)
class Response:
    """What one person did with one question: what it earned, as a part of 1, and the choices."""

    share: float
    chosen: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """One first attempt: the total as a part of 1, and the responses by question."""

    total: float
    responses: Mapping[Hashable, Response]
    form: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option: how many chose it, and what part of the upper and the lower group did."""

    option: int
    is_key: bool
    count: int
    upper: float
    lower: float


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One question."""

    answered: int
    facility: float
    discrimination: float | None
    correlation: float | None
    choices: Sequence[Choice] = ()
    flags: Sequence[Flag] = ()


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far an exam would give the same people the same totals, in points of `out_of`."""

    people: int
    questions: int
    mean: float
    deviation: float
    alpha: float | None
    error: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """People with the weight each has in the group."""

    members: Sequence[tuple[Person, float]] = field(default=())

    def mean(self, item: Hashable) -> float | None:
        had = [(one.responses[item].share, weight) for one, weight in self.members
               if item in one.responses]  # fmt: skip
        weights = sum(weight for _share, weight in had)
        return sum(share * weight for share, weight in had) / weights if weights else None

    def part_choosing(self, item: Hashable, option: int) -> float:
        had = [(option in one.responses[item].chosen, weight) for one, weight in self.members
               if item in one.responses]  # fmt: skip
        weights = sum(weight for _chose, weight in had)
        return sum(weight for chose, weight in had if chose) / weights if weights else 0.0


def groups(people: Sequence[Person], part: float = GROUP) -> tuple[Group, Group]:
    """The upper and the lower `part` of the people by their totals, at least one person each."""
    size = max(1.0, part * len(people))
    return _end(people, size, highest=True), _end(people, size, highest=False)


def _end(people: Sequence[Person], size: float, *, highest: bool) -> Group:
    by_total: dict[float, list[Person]] = defaultdict(list)
    for one in people:
        by_total[one.total].append(one)
    members: list[tuple[Person, float]] = []
    left = size
    for score in sorted(by_total, reverse=highest):
        tied = by_total[score]
        weight = min(1.0, left / len(tied))
        members += [(one, weight) for one in tied]
        left -= weight * len(tied)
        if left <= 1e-9:
            break
    return Group(members)


def item_figures(
    people: Sequence[Person],
    item: Hashable,
    *,
    ends: tuple[Group, Group],
    options: int = 0,
    keys: frozenset[int] = frozenset(),
    weights: Mapping[Hashable, float] | None = None,
) -> ItemFigures | None:
    """All about one question; None if nobody was asked it.

    `weights` are the points of the questions: the rest of the exam is summed in points.
    """
    asked = [one for one in people if item in one.responses]
    if not asked:
        return None
    upper, lower = ends
    facility = mean([one.responses[item].share for one in asked])
    high, low = upper.mean(item), lower.mean(item)
    discrimination = None if high is None or low is None or len(people) < 2 else high - low
    rest = [_rest(one, item, weights or {}) for one in asked]
    correlation = pearson([one.responses[item].share for one in asked], rest)
    counted = Counter(option for one in asked for option in one.responses[item].chosen)
    choices = [
        Choice(
            option, option in keys, counted[option],
            upper.part_choosing(item, option), lower.part_choosing(item, option),
        )
        for option in range(options)
    ]  # fmt: skip
    flags = flagged(facility, discrimination, choices) if len(asked) >= FEWEST else ()
    return ItemFigures(len(asked), facility, discrimination, correlation, choices, flags)


def _rest(one: Person, item: Hashable, weights: Mapping[Hashable, float]) -> float:
    return sum(
        response.share * weights.get(other, 1.0)
        for other, response in one.responses.items()
        if other != item
    )


def flagged(
    facility: float, discrimination: float | None, choices: Sequence[Choice]
) -> tuple[Flag, ...]:
    """What of a question should be looked at."""
    flags = []
    if facility < TOO_HARD:
        flags.append(Flag.HARD)
    if facility > TOO_EASY:
        flags.append(Flag.EASY)
    elif discrimination is not None and discrimination < FLAT:
        flags.append(Flag.FLAT)  # of what nearly everybody knows nothing else can be expected
    keys = [choice.upper for choice in choices if choice.is_key]
    others = [choice.upper for choice in choices if not choice.is_key]
    if len(keys) == 1 and others and max(others) > keys[0]:
        flags.append(Flag.BAD_KEY)
    return tuple(flags)


def reliability(table: Sequence[Sequence[float]]) -> Reliability | None:
    """Of one row of points a person, one column a question; None without people or questions."""
    if not table or not table[0]:
        return None
    totals = [sum(row) for row in table]
    k = len(table[0])
    spread = variance(totals)
    alpha = None
    if k > 1 and spread:
        inside = sum(variance(column) for column in zip(*table, strict=True))
        alpha = k / (k - 1) * (1 - inside / spread)
    return Reliability(
        people=len(table),
        questions=k,
        mean=mean(totals),
        deviation=math.sqrt(spread),
        alpha=alpha,
        error=None if alpha is None else math.sqrt(spread) * math.sqrt(max(0.0, 1 - alpha)),
    )


def mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def variance(values: Sequence[float]) -> float:
    """The sample variance; 0 of fewer than two."""
    if len(values) < 2:
        return 0.0
    middle = mean(values)
    return math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1)


def pearson(one: Sequence[float], other: Sequence[float]) -> float | None:
    """The correlation of two rows; None where one of them does not vary."""
    if len(one) < 2:
        return None
    a, b = mean(one), mean(other)
    together = math.fsum((x - a) * (y - b) for x, y in zip(one, other, strict=True))
    apart = math.fsum((x - a) ** 2 for x in one) * math.fsum((y - b) ** 2 for y in other)
    return together / math.sqrt(apart) if apart > 1e-18 else None
