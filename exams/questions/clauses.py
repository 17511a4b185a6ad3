"""A text of rules taken apart into its clauses, and two editions compared."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from exams.questions.types.wording import normalised

_NUMBER = "[〇零一二三四五六七八九十百千两0-9０-９]{1,8}"
_CLAUSE = re.compile(rf"^[\s#*]*(第{_NUMBER}条(?:之{_NUMBER})?)[\s:：]*", re.MULTILINE)
_HEADING = re.compile(rf"^[\s#*]*第{_NUMBER}[编章节](?:[\s　].*)?$")


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: the number it carries ("第十条") and its words."""

    number: str
    words: str


def clauses_in(text: str) -> list[Clause]:
    """The clauses of a pasted text: each begins a line with 第…条.

    What stands before the first, and the headings of chapters between them, belong to none.
    Raises ValueError with the number if one occurs twice.
    """
    text = text.replace("\r\n", "\n")
    starts = list(_CLAUSE.finditer(text))
    ends = [match.start() for match in starts[1:]] + [len(text)]
    found: dict[str, Clause] = {}
    for match, end in zip(starts, ends, strict=True):
        lines = [line.strip() for line in text[match.end() : end].splitlines()]
        words = "\n".join(line for line in lines if line and not _HEADING.match(line))
        if match[1] in found:
            raise ValueError(match[1])
        if words:
            found[match[1]] = Clause(match[1], words)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one clause of the older edition; `new` None: it is gone."""

    old: Clause
    new: Clause | None


def changes(older: Sequence[Clause], newer: Sequence[Clause]) -> list[Change]:
    """The clauses of the older edition whose words are not those of the same number any more.

    A clause that only moved to another number is a change too: what cites its number is wrong.
    Space and punctuation are no change.
    """
    now = {clause.number: clause for clause in newer}
    return [
        Change(clause, now.get(clause.number))
        for clause in older
        if clause.number not in now
        or normalised(now[clause.number].words) != normalised(clause.words)
    ]
