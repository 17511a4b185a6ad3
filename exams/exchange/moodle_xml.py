"""Moodle XML, both ways (docs.moodle.org/en/Moodle_XML_format)."""

import base64
import binascii
import html
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from exams.exchange.drafts import Draft, Fault, Found, UnreadableFileError, problem_of
from exams.exchange.markup import BLANK, to_html, to_text

_FILE_URL = "@@PLUGINFILE@@/"
# An essay whose field has no more lines than this is a short answer here.
SHORT_LINES = 5
MOST_PICTURE_BYTES = 8 * 1024 * 1024


def read(content: bytes) -> Found:
    """All questions of a quiz export. Raises UnreadableFileError; entities and DTDs are refused."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, ValueError, LookupError) as damage:
        problem = "forbidden_xml" if isinstance(damage, DefusedXmlException) else "damaged_xml"
        raise UnreadableFileError(problem) from damage
    if root.tag != "quiz":
        raise UnreadableFileError("no_quiz")
    found: list[Draft | Fault] = []
    category = ""
    for number, element in enumerate(root.iter("question"), start=1):
        kind = element.get("type", "")
        if kind == "category":
            path = _text(element.find("category"))
            category = path.removeprefix("$course$/").removeprefix("top/").strip()
            continue
        outcome = _question(element, kind, str(number))
        if isinstance(outcome, Draft):
            outcome = replace(outcome, category=outcome.category or category)
        found.append(outcome)
    return found


def _question(element: Element, kind: str, place: str) -> Draft | Fault:
    excerpt = to_text(_words(element.find("questiontext")))[:80]
    reader = _READERS.get(kind)
    if reader is None:
        return Fault("other_kind", place, excerpt or kind)
    points = _decimal(element.findtext("defaultgrade"))
    notes = (
        ("feedback",) if any(_text(each) for each in element.iterfind("answer/feedback")) else ()
    )
    draft = Draft(
        "",
        _words(element.find("questiontext")),
        explanation=_words(element.find("generalfeedback")),
        points=points if points and points > 0 else None,
        topic=next((_text(tag) for tag in element.iterfind("tags/tag")), ""),
        place=place,
        notes=notes,
    )
    try:
        outcome = reader(draft, element)
        pictures = dict(_pictures(element))
    except (InvalidOperation, binascii.Error, ValueError):
        return Fault("damaged_question", place, excerpt)
    outcome = replace(outcome, pictures=pictures)
    problem = problem_of(outcome)
    return Fault(problem, place, excerpt) if problem else outcome


# --- Each kind ----------------------------------------------------------------------------------


def _multichoice(draft: Draft, element: Element) -> Draft:
    answers = element.findall("answer")
    shares = [_share(answer) for answer in answers]
    options = tuple(_words(answer) for answer in answers)
    if element.findtext("single", "true").strip() in ("true", "1"):
        best = max(shares, default=Decimal(0))
        right = tuple(n for n, share in enumerate(shares) if share == best and share > 0)[:1]
        notes = draft.notes + (("partial",) if sum(share > 0 for share in shares) > 1 else ())
        return replace(draft, kind="single", options=options, right=right, notes=notes)
    right = tuple(n for n, share in enumerate(shares) if share > 0)
    return replace(draft, kind="multiple", options=options, right=right)


def _truefalse(draft: Draft, element: Element) -> Draft:
    best = max(element.iterfind("answer"), key=_share, default=None)
    word = _text(best).lower() if best is not None else ""
    return replace(draft, kind="true_false", is_true={"true": True, "false": False}.get(word))


def _shortanswer(draft: Draft, element: Element) -> Draft:
    answers = element.findall("answer")
    whole = tuple(_text(answer) for answer in answers if _share(answer) >= 100)
    notes = draft.notes + (("partial",) if len(whole) < len(answers) else ())
    stem = draft.stem if BLANK in draft.stem else f"{draft.stem}<br>{BLANK}"
    return replace(draft, kind="blank", stem=stem, blanks=(whole,), notes=notes)


def _numerical(draft: Draft, element: Element) -> Draft:
    best = max(element.iterfind("answer"), key=_share, default=None)
    if best is None or _text(best) == "*":
        return replace(draft, kind="numeric")
    tolerance = _decimal(best.findtext("tolerance")) or Decimal(0)
    return replace(draft, kind="numeric", number=Decimal(_text(best)), tolerance=abs(tolerance))


def _matching(draft: Draft, element: Element) -> Draft:
    pairs = tuple(
        (_words(each), to_html(_text(each.find("answer"))))
        for each in element.iterfind("subquestion")
    )
    return replace(draft, kind="matching", pairs=pairs)


def _ordering(draft: Draft, element: Element) -> Draft:
    return replace(
        draft, kind="ordering", options=tuple(_words(each) for each in element.iterfind("answer"))
    )


def _essay(draft: Draft, element: Element) -> Draft:
    lines = element.findtext("responsefieldlines", "").strip()
    kind = "short" if lines.isdecimal() and int(lines) <= SHORT_LINES else "essay"
    return replace(draft, kind=kind, model=to_text(_words(element.find("graderinfo"))))


_READERS = {
    "multichoice": _multichoice,
    "truefalse": _truefalse,
    "shortanswer": _shortanswer,
    "numerical": _numerical,
    "matching": _matching,
    "ordering": _ordering,
    "essay": _essay,
}


# --- Pieces -------------------------------------------------------------------------------------


def _text(element: Element | None) -> str:
    """The words of `<text>` inside; of the element itself in old files."""
    if element is None:
        return ""
    inner = element.find("text")
    return ((inner if inner is not None else element).text or "").strip()


def _words(element: Element | None) -> str:
    """The same as HTML, by the format the element declares; its own files keep their names."""
    if element is None:
        return ""
    text = _text(element)
    if element.get("format", "html") in ("html", "moodle_auto_format"):
        text = text.replace(_FILE_URL, "")
        # One paragraph around it all says nothing.
        whole = text.removeprefix("<p>").removesuffix("</p>")
        return whole if len(text) - len(whole) == 7 and "<p>" not in whole else text
    return to_html(text)


def _share(answer: Element) -> Decimal:
    return _decimal(answer.get("fraction")) or Decimal(0)


def _decimal(text: str | None) -> Decimal | None:
    return Decimal(text.strip()) if text and text.strip() else None


def _pictures(element: Element) -> Iterator[tuple[str, bytes]]:
    for file in element.iter("file"):
        if file.get("encoding") != "base64" or not file.get("name"):
            continue
        content = base64.b64decode("".join((file.text or "").split()), validate=True)
        if len(content) > MOST_PICTURE_BYTES:
            raise ValueError("large_picture")
        yield file.get("name", ""), content


# --- Writing ------------------------------------------------------------------------------------


def write(drafts: Sequence[Draft]) -> tuple[bytes, list[Draft]]:
    """The file, and what would not be read back as it is (cases, several blanks in one)."""
    root = Element("quiz")
    left_out: list[Draft] = []
    category = ""
    for draft in drafts:
        element = _element(draft)
        if element is None or _question(element, element.get("type", ""), "") != what_it_holds(
            replace(draft, category="")
        ):
            left_out.append(draft)
            continue
        if draft.category != category:
            category = draft.category
            path = f"$course$/top/{category}"
            _texts(SubElement(root, "question", type="category"), "category", path)
        root.append(element)
    indent(root)
    return tostring(root, encoding="utf-8", xml_declaration=True), left_out


def what_it_holds(draft: Draft) -> Draft:
    """The question as Moodle can say it: without difficulty and clause."""
    return replace(draft, difficulty=None, clause="")


def _element(draft: Draft) -> Element | None:
    writer = _WRITERS.get(draft.kind)
    if writer is None or (draft.kind == "blank" and len(draft.blanks) != 1):
        return None
    kind, fill = writer
    element = Element("question", type=kind)
    _texts(element, "name", to_text(draft.stem)[:60])
    stem = draft.stem.removesuffix(f"<br>{BLANK}") if draft.kind == "blank" else draft.stem
    _markup(element, "questiontext", stem, draft)
    _markup(element, "generalfeedback", draft.explanation, draft)
    if draft.points is not None:
        SubElement(element, "defaultgrade").text = str(draft.points)
    fill(draft, element)
    if draft.topic:
        _texts(SubElement(element, "tags"), "tag", draft.topic)
    return element


def _texts(parent: Element, tag: str, words: str) -> Element:
    element = SubElement(parent, tag)
    SubElement(element, "text").text = words
    return element


def _markup(parent: Element, tag: str, markup: str, draft: Draft, **attributes: str) -> Element:
    """An element of HTML; the pictures it shows travel inside it."""
    element = SubElement(parent, tag, {"format": "html", **attributes})
    shown = markup
    for name, content in draft.pictures.items():
        source = f'src="{html.escape(name)}"'
        if source in markup:
            shown = shown.replace(source, f'src="{_FILE_URL}{html.escape(name)}"')
            file = SubElement(element, "file", name=name, encoding="base64")
            file.text = base64.b64encode(content).decode()
    text = Element("text")
    text.text = shown
    element.insert(0, text)
    return element


def _write_choice(draft: Draft, element: Element) -> None:
    SubElement(element, "single").text = "true" if draft.kind == "single" else "false"
    share = str((Decimal(100) / max(len(draft.right), 1)).quantize(Decimal("0.00001")))
    wrong = "0" if draft.kind == "single" else "-100"
    for index, option in enumerate(draft.options):
        fraction = share if index in draft.right else wrong
        _markup(element, "answer", option, draft, fraction=fraction)


def _write_truth(draft: Draft, element: Element) -> None:
    for word in (True, False):
        answer = _texts(element, "answer", str(word).lower())
        answer.set("fraction", "100" if word == draft.is_true else "0")


def _write_words(draft: Draft, element: Element) -> None:
    for word in draft.blanks[0]:
        _texts(element, "answer", word).set("fraction", "100")


def _write_number(draft: Draft, element: Element) -> None:
    answer = _texts(element, "answer", str(draft.number))
    answer.set("fraction", "100")
    SubElement(answer, "tolerance").text = str(draft.tolerance)


def _write_pairs(draft: Draft, element: Element) -> None:
    for left, right in draft.pairs:
        _texts(_markup(element, "subquestion", left, draft), "answer", to_text(right))


def _write_order(draft: Draft, element: Element) -> None:
    for option in draft.options:
        _markup(element, "answer", option, draft, fraction="100")


def _write_model(draft: Draft, element: Element) -> None:
    SubElement(element, "responsefieldlines").text = str(
        SHORT_LINES if draft.kind == "short" else 15
    )
    _markup(element, "graderinfo", to_html(draft.model), draft)


_WRITERS = {
    "single": ("multichoice", _write_choice),
    "multiple": ("multichoice", _write_choice),
    "true_false": ("truefalse", _write_truth),
    "blank": ("shortanswer", _write_words),
    "numeric": ("numerical", _write_number),
    "matching": ("matching", _write_pairs),
    "ordering": ("ordering", _write_order),
    "short": ("essay", _write_model),
    "essay": ("essay", _write_model),
}
