"""Reading answer sheets: how fast, how often wrong without saying so, how often a person is asked.

Five hundred sheets from the printed PDF itself, filled in and photographed by drawn hands and a
drawn camera with a seed: turned, askew, bowed, blurred, shaken, in shadow, noisy; with erased,
faint, crossed-out, ticked and double marks. What each person meant is known.

One process, one thread; only the reading is timed, in processor time.
"""

import sys
import time
from collections import Counter
from typing import Any

from lms import env

SHEETS = 500
QUESTIONS = 60
FIELDS_SPECIAL = 0.05  # so many fields are treated in a way nobody should


def run() -> list[dict[str, Any]]:
    import django

    env.point_django_at_settings()
    django.setup()

    from exams.sheets.layout import Question, SheetLayout
    from exams.sheets.paper import TEMPLATE, Copy, paper_data
    from exams.sheets.reader import read_page
    from lms.core.documents.pdf import render_pdf
    from tests.support.photographs import Hand, fill, paper_of, photograph, random_hands

    layout = SheetLayout(
        "读卡测量",
        tuple(
            Question(number, tuple("ABCD"), is_multiple=number > QUESTIONS * 2 // 3)
            for number in range(1, QUESTIONS + 1)
        ),
        number_digits=6,
    )
    data = paper_data(
        [Copy("00000000AB")],
        layouts={"A": layout},
        use="BENCH",
        subject_id=1,
        key=b"bench",
        advice="请用黑色或蓝色笔把方框涂满。",
    )
    paper = paper_of(render_pdf(TEMPLATE, data))
    page = layout.pages[0]

    seconds = 0.0
    refused: Counter[str] = Counter()
    fields = wrong = flagged = clean = clean_flagged = 0
    for seed in range(SHEETS):
        hands = random_hands(page, seed=seed, share=FIELDS_SPECIAL)
        filled = fill(paper, page, hands, seed=seed)
        # A third from a scanner, the others from phones.
        picture = photograph(filled.paper, seed=seed, calm=seed % 3 == 0)
        began = time.process_time()
        reading = read_page(picture, layouts={"A": layout}).reading
        seconds += time.process_time() - began
        if reading.refusal is not None:
            refused[reading.refusal] += 1
            continue
        for answer in reading.answers:
            treated = filled.hands.get(answer.key, {})
            field = layout.field(answer.key)
            assert field is not None
            is_clean = all(hand is Hand.FILL for hand in treated.values()) and (
                field.is_multiple or len(treated) < 2
            )
            fields += 1
            clean += is_clean
            if answer.doubt is not None:
                flagged += 1
                clean_flagged += is_clean
            elif answer.marked != filled.meant(answer.key):
                wrong += 1
                print(
                    f"wrong: sheet {seed} {answer.key} {answer.marked} {treated}", file=sys.stderr
                )
    if refused:
        print(f"refused: {dict(refused)}")
    return [
        _row(
            "sheets read a second and core",
            SHEETS / seconds,
            "sheets/s",
            "≥ 5",
            SHEETS / seconds >= 5,
        ),
        _row("wrong marks without a doubt", wrong, f"of {fields} fields", "0", wrong == 0),
        _row("fields shown to a person", flagged / fields, "share"),
        _row("of those filled in as asked", clean_flagged / clean, "share"),
        _row("sheets refused, to be taken again", sum(refused.values()) / SHEETS, "share"),
    ]


def _row(
    name: str, value: float, unit: str, aim: str | None = None, holds: bool | None = None
) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "reference": None,
        "ratio": None,
        "aim": aim,
        "holds": holds,
    }
