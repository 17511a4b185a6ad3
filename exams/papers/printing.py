"""A paper, its key and its seats as data of the templates that are printed."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils import translation

from exams.attempts.models import Exam
from exams.papers.drawing import form_for
from exams.papers.models import Paper, PaperKind, Seat
from exams.papers.shown import ShownItem, ShownSection, plain, shown_paper
from lms.core.design.texts import figure

PAPER = "paper.typ"
KEY = "paper-key.typ"
SEATS = "seats.typ"

# How much room is left for writing, in centimetres, by kind; choices need none.
ROOM = {"blank": 0.0, "short": 4.5, "essay": 12.0, "case": 10.0, "numeric": 1.5}
# Options this short stand two or four in a row.
SHORT, SHORTER = 14, 6


def paper_data(paper: Paper, form: str, *, has_room: bool = True) -> dict[str, Any]:
    """What is handed out: no key, and nothing of the bank but the questions.

    Without room to write where that is done on an answer sheet.
    """
    with translation.override(settings.LANGUAGE_CODE):
        return booklet_data(
            paper,
            shown_paper(paper, form),
            title=paper.title,
            form=f"{form} 卷" if form else "",
            note=_note(paper),
            has_room=has_room,
        )


def booklet_data(
    paper: Paper,
    found: Sequence[ShownSection],
    *,
    title: str,
    form: str,
    note: str,
    has_room: bool = True,
) -> dict[str, Any]:
    """These questions of the paper as a booklet; in the language papers are printed in."""
    return {
        "title": title,
        "form": form,
        "issuer": paper.branch.name,
        "note": note,
        "fields": ["姓名", "单位", "党员编号", "座位号"],
        "seal": "密封线内不要答题",
        "points_line": f"满分 {figure(paper.points)} 分",
        "score_heads": ["大题", *(_short(section) for section in found), "总分"],
        "sections": [
            {"heading": one.heading, "items": [_item(item, has_room) for item in one.items]}
            for one in found
        ],
    }


def key_data(paper: Paper, form: str) -> dict[str, Any]:
    """What markers need: keys by the letters of this form, and why."""
    with translation.override(settings.LANGUAGE_CODE):
        found = shown_paper(paper, form)
        return {
            "title": f"{paper.title} 答案与解析",
            "form": f"{form} 卷" if form else "",
            "issuer": paper.branch.name,
            "warning": "仅供阅卷使用，考试公布成绩前不得外传。",
            "sections": [
                {
                    "heading": one.heading,
                    "items": [
                        {
                            "number": item.number,
                            "stem": plain(item.item.version.stem),
                            "answer": item.answer,
                            "points": figure(item.item.points),
                            "explanation": plain(item.item.version.explanation),
                        }
                        for item in one.items
                    ],
                }
                for one in found
            ],
        }


def seats_data(exam: Exam, seats: Iterable[Seat]) -> dict[str, Any]:
    """A page a room: the list for its door, and to sign on; neighbours get different forms."""
    rooms: dict[str, list[Seat]] = {}
    for seat in seats:
        rooms.setdefault(seat.room, []).append(seat)
    has_forms = exam.paper.kind == PaperKind.AB
    with translation.override(settings.LANGUAGE_CODE):
        return {
            "title": exam.title,
            "issuer": exam.branch.name,
            "heads": ["座位号", "姓名", "党员编号", *["卷别"] * has_forms, "签到"],
            "rooms": [
                {
                    "name": name,
                    "count_line": f"共 {len(inside)} 人",
                    "seats": [
                        [
                            str(seat.number),
                            seat.member.name,
                            seat.member.number,
                            *[form_for("AB", turn=seat.number - 1)] * has_forms,
                            "",
                        ]
                        for seat in inside
                    ],
                }
                for name, inside in rooms.items()
            ],
        }


def _note(paper: Paper) -> str:
    if paper.kind == PaperKind.RANDOM:
        return "样卷：每位考生的题目另行随机抽取。"
    return "" if paper.sealed_at else "草稿，尚未封卷。"


def _short(section: ShownSection) -> str:
    return section.heading.partition("、")[0]


def _item(shown: ShownItem, has_room: bool) -> dict[str, Any]:
    options = [f"{letter}. {plain(words)}" for letter, words in shown.options]
    longest = max(map(len, options), default=0)
    columns = 4 if longest <= SHORTER + 3 else 2 if longest <= SHORT + 3 else 1
    return {
        "number": shown.number,
        "stem": plain(shown.item.version.stem),
        "options": options,
        "columns": columns,
        "more": _more(shown),
        "room": ROOM.get(shown.item.version.kind, 0.0) if has_room else 0.0,
    }


def _more(shown: ShownItem) -> list[str]:
    """Whatever a content has beside options, in lines: what is to be matched, ordered, answered."""
    lines: list[str] = []
    for name, value in shown.content.items():
        if name == "options" or not isinstance(value, list):
            continue
        for place, one in enumerate(value, start=1):
            words = one.get("stem", "") if isinstance(one, dict) else one
            if isinstance(words, str) and words:
                lines.append(f"（{place}）{plain(words)}")
    return lines
