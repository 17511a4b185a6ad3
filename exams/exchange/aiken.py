"""Aiken: single choice in plain lines (docs.moodle.org/en/Aiken_format)."""

import re
from collections.abc import Sequence

from exams.exchange.drafts import Draft, Fault, Found
from exams.exchange.markup import to_html, to_text

_OPTION = re.compile(r"^\s*([A-Z])[.)]\s*(.*)$")
_ANSWER = re.compile(r"^ANSWER:\s*(.*)$")


def read(text: str) -> Found:
    """Single choices; a question that is not whole is a fault with its first line."""
    found: list[Draft | Fault] = []
    stem: list[str] = []
    options: list[str] = []
    begins = 0

    def give_up(problem: str) -> None:
        if stem or options:
            found.append(Fault(problem, str(begins), (stem or options)[0][:80]))

    for number, line in enumerate(text.splitlines(), start=1):
        answer, option = _ANSWER.match(line), _OPTION.match(line)
        if answer:
            letter = answer[1].strip()
            index = ord(letter) - ord("A") if len(letter) == 1 else -1
            if stem and len(options) >= 2 and 0 <= index < len(options):
                found.append(
                    Draft(
                        "single",
                        to_html("\n".join(stem)),
                        options=tuple(map(to_html, options)),
                        right=(index,),
                        place=str(begins),
                    )
                )
            else:
                give_up("few_options" if len(options) < 2 else "answer_no_option")
            stem, options = [], []
        elif option and stem and ord(option[1]) - ord("A") == len(options):
            options.append(option[2].strip())
        elif line.strip():
            if options:  # the one before was never answered
                give_up("no_answer")
                stem, options = [], []
            if not stem:
                begins = number
            stem.append(line.strip())
    give_up("no_answer")
    return found


def write(drafts: Sequence[Draft]) -> tuple[str, list[Draft]]:
    """The file, and what Aiken cannot hold: all but single choices of plain words."""
    written, left_out = [], []
    for draft in drafts:
        if draft.kind != "single" or not _fits(draft):
            left_out.append(draft)
            continue
        lines = [to_text(draft.stem)]
        lines += [f"{chr(65 + n)}) {to_text(each)}" for n, each in enumerate(draft.options)]
        written.append("\n".join([*lines, f"ANSWER: {chr(65 + draft.right[0])}"]))
    return "\n\n".join(written) + "\n" * bool(written), left_out


def _fits(draft: Draft) -> bool:
    """Read again it would say the same: no picture, no line that looks like another's part."""
    texts = [to_text(draft.stem), *map(to_text, draft.options)]
    if draft.pictures or any(
        to_html(t) != m for t, m in zip(texts, (draft.stem, *draft.options), strict=True)
    ):
        return False
    stem_lines = texts[0].split("\n")
    if any("\n" in option or not option for option in texts[1:]):
        return False
    return not any(_OPTION.match(line) or _ANSWER.match(line) for line in stem_lines)
