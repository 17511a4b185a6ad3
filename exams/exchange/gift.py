"""GIFT, as Moodle reads and writes it (docs.moodle.org/en/GIFT_format)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from exams.exchange.drafts import Draft, Fault, Found, problem_of
from exams.exchange.markup import BLANK, to_html, to_text

_FORMAT = re.compile(r"^\s*\[(html|moodle|plain|markdown)\]\s*")
_NAME = re.compile(r"^::(.*?)(?<!\\)::", re.DOTALL)
_WEIGHT = re.compile(r"^%(-?\d+(?:\.\d+)?)%")
_CATEGORY = re.compile(r"^\$CATEGORY:\s*(.*)$")
# Escaped characters wait as one private character each until the structure is known.
_ESCAPES = {"\\\\": "\ue000", "\\~": "\ue001", "\\=": "\ue002", "\\#": "\ue003", "\\{": "\ue004"}
_ESCAPES |= {"\\}": "\ue005", "\\:": "\ue006", "\\n": "\ue007"}
_MEANT = {"\ue007": "\n"} | {mark: pair[1] for pair, mark in _ESCAPES.items() if pair != "\\n"}


@dataclass(frozen=True)
class _Answer:
    is_right: bool
    weight: Decimal | None
    words: str


def read(text: str) -> Found:
    """What the file asks; comments, names and feedback of single answers are not kept."""
    found: list[Draft | Fault] = []
    category = ""
    for line, block in _blocks(text):
        named = _CATEGORY.match(block)
        if named:
            category = named[1].strip().removeprefix("$course$/").removeprefix("top/")
            continue
        outcome = _question(block, str(line))
        found.append(replace(outcome, category=category) if isinstance(outcome, Draft) else outcome)
    return found


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Paragraphs between empty lines with the number of their first line; comments left out.

    An empty line inside braces ends nothing.
    """
    lines: list[str] = []
    begins, depth = 0, 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("//"):
            continue
        if not line.strip() and depth <= 0:
            if lines:
                yield begins, "\n".join(lines)
            lines, depth = [], 0
            continue
        if not lines:
            begins = number
        lines.append(line)
        bare = re.sub(r"\\.", "", line)
        depth += bare.count("{") - bare.count("}")
        if _CATEGORY.match(line) and len(lines) == 1:
            yield begins, line
            lines, depth = [], 0
    if lines:
        yield begins, "\n".join(lines)


def _question(block: str, place: str) -> Draft | Fault:
    for pair, mark in _ESCAPES.items():
        block = block.replace(pair, mark)
    block = _NAME.sub("", block.strip(), count=1)
    opening, closing = block.find("{"), block.rfind("}")
    if opening < 0 and closing < 0:
        return Fault("no_answer", place, _meant(block)[:80])
    if not 0 <= opening < closing:
        return Fault("unclosed", place, _meant(block)[:80])
    before, inside, after = block[:opening], block[opening + 1 : closing], block[closing + 1 :]
    after = after.strip()
    if re.fullmatch(r"[\s\"';.]*", after):  # a full stop behind the braces is no gap to fill
        after = ""
    form = _FORMAT.match(before)
    stem = before[form.end() :] if form else before
    if after:
        stem = f"{stem.rstrip()} {BLANK} {after}"
    inside, _sep, general = inside.partition("####")
    markup = form is not None and form[1] == "html"
    draft = Draft(
        "", _html(stem, markup), explanation=_html(general, markup) if general else "", place=place
    )
    outcome = _answered(draft, inside.strip(), has_gap=bool(after))
    if isinstance(outcome, str):
        return Fault(outcome, place, _meant(stem).strip()[:80])
    problem = problem_of(outcome)
    return Fault(problem, place, _meant(stem).strip()[:80]) if problem else outcome


def _answered(draft: Draft, inside: str, *, has_gap: bool) -> Draft | str:
    """The draft with its kind and answers, or the code of what is wrong."""
    if not inside:
        return replace(draft, kind="essay")
    if inside.startswith("#"):
        return _numeric(draft, inside[1:])
    word, _sep, feedback = inside.partition("#")
    if word.strip().upper() in ("T", "TRUE", "F", "FALSE"):
        notes = ("feedback",) if feedback.strip() else ()
        return replace(
            draft, kind="true_false", is_true=word.strip().upper().startswith("T"), notes=notes
        )
    answers = list(_answers(inside))
    notes = ("feedback",) if re.search("#", inside) else ()
    if not answers:
        return "no_answer"
    if all("->" in answer.words for answer in answers):
        return _matching(replace(draft, notes=notes), answers)
    if all(answer.is_right for answer in answers):
        return _words(replace(draft, notes=notes), answers, has_gap=has_gap)
    return _choice(replace(draft, notes=notes), answers)


def _answers(inside: str) -> Iterator[_Answer]:
    for sign, words in re.findall(r"([=~])([^=~]*)", re.sub(r"->", "\ue008", inside)):
        words = words.replace("\ue008", "->").partition("#")[0].strip()
        weight = _WEIGHT.match(words)
        if weight:
            words = words[weight.end() :]
        yield _Answer(sign == "=", Decimal(weight[1]) if weight else None, words.strip())


def _choice(draft: Draft, answers: Sequence[_Answer]) -> Draft:
    full = [index for index, answer in enumerate(answers) if answer.is_right]
    weighed = [
        n for n, answer in enumerate(answers) if not answer.is_right and (answer.weight or 0) > 0
    ]
    options = tuple(_html(answer.words, None) for answer in answers)
    if full:
        notes = draft.notes + (("partial",) if weighed else ())
        kind = "single" if len(full) == 1 else "multiple"
        return replace(draft, kind=kind, options=options, right=tuple(full), notes=notes)
    return replace(draft, kind="multiple", options=options, right=tuple(weighed))


def _words(draft: Draft, answers: Sequence[_Answer], *, has_gap: bool) -> Draft:
    whole = [a for a in answers if a.weight is None or a.weight >= 100]
    notes = draft.notes + (("partial",) if len(whole) < len(answers) else ())
    stem = draft.stem if has_gap else f"{draft.stem}<br>{BLANK}"
    blanks = (tuple(_meant(answer.words) for answer in whole),)
    return replace(draft, kind="blank", stem=stem, blanks=blanks, notes=notes)


def _matching(draft: Draft, answers: Sequence[_Answer]) -> Draft:
    pairs = []
    for answer in answers:
        left, _sep, right = answer.words.partition("->")
        pairs.append((_html(left, None), _html(right, None)))
    return replace(draft, kind="matching", pairs=tuple(pairs))


def _numeric(draft: Draft, inside: str) -> Draft | str:
    pieces = [piece for piece in re.split(r"[=~]", inside) if piece.strip()]
    notes: tuple[str, ...] = ("feedback",) if "#" in inside else ()
    if len(pieces) > 1:
        notes += ("partial",)
    if not pieces:
        return "no_answer"
    words = _WEIGHT.sub("", pieces[0].partition("#")[0].strip())
    low, dots, high = words.partition("..")
    value, _sep, tolerance = words.partition(":")
    try:
        if dots:
            least, most = Decimal(low.strip()), Decimal(high.strip())
            number, spread = (least + most) / 2, (most - least) / 2
        else:
            number, spread = Decimal(value.strip()), Decimal(tolerance.strip() or 0)
    except InvalidOperation:
        return "no_number"
    return replace(draft, kind="numeric", number=number, tolerance=abs(spread), notes=notes)


def _meant(text: str) -> str:
    return "".join(_MEANT.get(letter, letter) for letter in text)


def _html(text: str, is_markup: bool | None) -> str:
    """HTML of a piece; `None`: the piece may say its own format."""
    form = _FORMAT.match(text)
    if form:
        text, is_markup = text[form.end() :], form[1] == "html"
    text = _meant(re.sub(r"[ \t]*\n[ \t]*", " ", text.strip()))
    return text if is_markup else to_html(text)


# --- Writing ------------------------------------------------------------------------------------


def write(drafts: Sequence[Draft]) -> tuple[str, list[Draft]]:
    """The file, and what would not be read back as it is (orderings, cases, pictures, …)."""
    written: list[str] = []
    left_out: list[Draft] = []
    category = ""
    for draft in drafts:
        body = _body(draft)
        if body is None or draft.pictures:
            left_out.append(draft)
            continue
        block = f"{_escaped_html(draft.stem)}{{{body}{_general(draft)}}}"
        if list(read(block)) != [what_it_holds(replace(draft, category=""))]:
            left_out.append(draft)
            continue
        if draft.category != category:
            category = draft.category
            written.append(f"$CATEGORY: $course$/top/{category}")
        written.append(block)
    return "\n\n".join(written) + "\n" * bool(written), left_out


def what_it_holds(draft: Draft) -> Draft:
    """The question as GIFT can say it: without points, topic, difficulty and clause."""
    return replace(draft, points=None, topic="", difficulty=None, clause="")


def _general(draft: Draft) -> str:
    return f"\n####{_escaped(draft.explanation)}" if draft.explanation else ""


def _body(draft: Draft) -> str | None:
    match draft.kind:
        case "single":
            return "".join(
                f"\n{'=' if index in draft.right else '~'}{_escaped_html(option)}"
                for index, option in enumerate(draft.options)
            )
        case "multiple":
            share = f"%{_percent(len(draft.right))}%"
            return "".join(
                f"\n~{share if index in draft.right else '%-100%'}{_escaped_html(option)}"
                for index, option in enumerate(draft.options)
            )
        case "true_false":
            return "TRUE" if draft.is_true else "FALSE"
        case "blank" if len(draft.blanks) == 1 and draft.stem.endswith(f"<br>{BLANK}"):
            return "".join(f"\n={_escaped(word)}" for word in draft.blanks[0])
        case "numeric":
            return f"#{draft.number}:{draft.tolerance}"
        case "matching":
            return "".join(
                f"\n={_escaped_html(left)} -> {_escaped_html(right)}" for left, right in draft.pairs
            )
        case "essay" if not draft.model:
            return ""
    return None


def _percent(right: int) -> str:
    return f"{Decimal(100) / right:.5f}".rstrip("0").rstrip(".")


def _escaped_html(markup: str) -> str:
    markup = markup.removesuffix(f"<br>{BLANK}")
    plain = to_text(markup)
    if to_html(plain) == markup and "\n" not in plain:
        return _escaped(plain)
    return f"[html]{_escaped(markup)}"


def _escaped(text: str) -> str:
    for letter in "\\~=#{}:":
        text = text.replace(letter, f"\\{letter}")
    return text.replace("\n", "\\n")
