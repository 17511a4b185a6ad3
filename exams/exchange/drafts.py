"""A question as a file has it: what every format is read into and written from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from exams.questions.types.wording import normalised


@dataclass(frozen=True)
class Draft:
    """One question, not yet kept. Which fields mean something depends on `kind`.

    kind        a name of `exams.questions.types`
    stem        HTML of few tags; a blank of a blank question is `____`
    options     of single, multiple; of ordering the items in their right order
    right       indexes of the right options (single: one)
    is_true     of true_false
    blanks      of blank: for each blank all that counts as right
    number      of numeric, with `tolerance` to both sides, both inclusive
    pairs       of matching; a right side without a left one ("") is a distractor
    model       of short, essay: what a good answer says
    parts       of case: its sub-questions
    points      None: not said
    difficulty  1 to 5; None: not said
    place       where in the file it stands, for people
    notes       codes of what the file said and we do not keep (`words.note`)
    pictures    file name as the stem has it (`src="…"`) → bytes
    """

    kind: str
    stem: str
    options: tuple[str, ...] = ()
    right: tuple[int, ...] = ()
    is_true: bool | None = None
    blanks: tuple[tuple[str, ...], ...] = ()
    number: Decimal | None = None
    tolerance: Decimal = Decimal(0)
    pairs: tuple[tuple[str, str], ...] = ()
    model: str = ""
    parts: tuple["Draft", ...] = ()
    points: Decimal | None = None
    explanation: str = ""
    category: str = ""
    topic: str = ""
    difficulty: int | None = None
    clause: str = ""
    place: str = field(default="", compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)
    pictures: Mapping[str, bytes] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Fault:
    """Something in a file that is not a question; `problem` is a code of `words.fault`."""

    problem: str
    place: str = ""
    excerpt: str = ""


Found = Sequence[Draft | Fault]


class UnreadableFileError(Exception):
    """The file as a whole cannot be read.

    `problem` is a code of `words.fault`; `words` the whole sentence where another reader has it.
    """

    def __init__(self, problem: str, words: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.words = words


# What each kind needs; the code says what is missing.
def problem_of(draft: Draft) -> str | None:
    """Why this is not a whole question yet; None if it is one."""
    if not draft.stem.strip():
        return "no_stem"
    check = _CHECKS.get(draft.kind)
    if check is None:
        return "unknown_kind"
    return check(draft)


def _choice(draft: Draft) -> str | None:
    if len(draft.options) < 2:
        return "few_options"
    if not all(option.strip() for option in draft.options):
        return "empty_option"
    if len({option.strip() for option in draft.options}) < len(draft.options):
        return "same_options"
    if not draft.right:
        return "no_answer"
    if not set(draft.right) <= set(range(len(draft.options))):
        return "answer_no_option"
    return None


def _single(draft: Draft) -> str | None:
    return _choice(draft) or ("several_answers" if len(draft.right) != 1 else None)


def _true_false(draft: Draft) -> str | None:
    return "no_answer" if draft.is_true is None else None


def _blank(draft: Draft) -> str | None:
    if not draft.blanks or not all(any(map(normalised, blank)) for blank in draft.blanks):
        return "no_answer"
    return "blanks_differ" if draft.stem.count("____") != len(draft.blanks) else None


def _numeric(draft: Draft) -> str | None:
    return "no_answer" if draft.number is None else None


def _matching(draft: Draft) -> str | None:
    lefts = [left for left, _right in draft.pairs if left]
    rights = {right.strip() for _left, right in draft.pairs}
    if len(lefts) < 2 or len(rights) < 2 or "" in rights:
        return "few_pairs"
    return "same_options" if len(set(lefts)) < len(lefts) else None


def _ordering(draft: Draft) -> str | None:
    if len(draft.options) < 2:
        return "few_options"
    return "same_options" if len(set(draft.options)) < len(draft.options) else None


def _written(draft: Draft) -> str | None:
    return None


def _case(draft: Draft) -> str | None:
    if not draft.parts:
        return "no_parts"
    if any(part.kind == "case" for part in draft.parts):
        return "nested_case"
    return next(filter(None, map(problem_of, draft.parts)), None)


_CHECKS = {
    "single": _single,
    "multiple": _choice,
    "true_false": _true_false,
    "blank": _blank,
    "numeric": _numeric,
    "matching": _matching,
    "ordering": _ordering,
    "short": _written,
    "essay": _written,
    "case": _case,
}
