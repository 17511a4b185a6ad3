"""Questions of every type as Hypothesis makes them: content, key and the wholly right answer."""

import random
from typing import Any

from hypothesis import strategies as st

from exams.questions.types import question_type
from exams.questions.types.choice import SCORINGS
from exams.questions.types.placed import matched, ordered

Made = tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]

words = st.text("党章第一条支部学习Ab1 ", min_size=1, max_size=8).filter(lambda text: text.strip())
several = st.lists(words, min_size=2, max_size=6, unique=True)


@st.composite
def singles(draw: Any) -> Made:
    options = draw(several)
    correct = draw(st.integers(0, len(options) - 1))
    return "single", {"options": options}, {"correct": correct}, {"chosen": correct}


@st.composite
def multiples(draw: Any) -> Made:
    options = draw(several)
    correct = sorted(draw(st.sets(st.integers(0, len(options) - 1), min_size=1)))
    key = {"correct": correct, "scoring": draw(st.sampled_from(SCORINGS))}
    return "multiple", {"options": options}, key, {"chosen": correct}


@st.composite
def true_falses(draw: Any) -> Made:
    correct = draw(st.booleans())
    return "true_false", {}, {"correct": correct}, {"chosen": correct}


@st.composite
def blanks(draw: Any) -> Made:
    accepted = draw(st.lists(st.lists(words, min_size=1, max_size=3), min_size=1, max_size=4))
    any_order = draw(st.booleans())
    texts = [synonyms[0].strip() for synonyms in accepted]
    if any_order:
        texts = draw(st.permutations(texts))
    content = {"blanks": len(accepted), "any_order": any_order}
    return "blank", content, {"blanks": accepted}, {"texts": list(texts)}


@st.composite
def numerics(draw: Any) -> Made:
    value = str(draw(st.decimals(-(10**6), 10**6, places=2, allow_nan=False)))
    tolerance = str(draw(st.decimals(0, 10, places=2, allow_nan=False)))
    unit = draw(st.sampled_from(["", "学时", "%"]))
    return (
        "numeric", {"unit": unit}, {"value": value, "tolerance": tolerance}, {"text": value + unit},
    )  # fmt: skip


@st.composite
def matchings(draw: Any) -> Made:
    left = draw(several)
    right = draw(several)
    pairs = [(each, draw(st.sampled_from(right))) for each in left]
    content, key = matched(pairs, right)
    return "matching", content, key, {"pairs": key["pairs"]}


@st.composite
def orderings(draw: Any) -> Made:
    content, key = ordered(draw(several))
    places = [key["order"].index(index) + 1 for index in range(len(content["items"]))]
    return "ordering", content, key, {"places": places}


simple = st.one_of(
    singles(), multiples(), true_falses(), blanks(), numerics(), matchings(), orderings()
)


@st.composite
def cases(draw: Any) -> Made:
    parts = draw(st.lists(simple, min_size=1, max_size=4))
    content = {
        "parts": [
            {"kind": kind, "stem": "问", "content": own, "points": str(draw(st.integers(1, 9)))}
            for kind, own, _key, _answer in parts
        ]
    }
    return (
        "case", content, {"parts": [part[2] for part in parts]},
        {"parts": [part[3] for part in parts]},
    )  # fmt: skip


marked_by_machine = st.one_of(simple, cases())


@st.composite
def arranged(draw: Any, made: st.SearchStrategy[Made]) -> tuple[Made, list[int]]:
    """A question, and an order for the screen or none."""
    question = draw(made)
    chance = random.Random(draw(st.integers(0, 1000)))
    order = question_type(question[0]).arrangement(question[1], chance)
    return question, draw(st.sampled_from([[], order]))


def sent(draw: Any, made: Made) -> dict[str, list[str]]:
    """Anything a form of this question could send, right or wrong, in part or in full."""
    kind, content, _key, _answer = made
    if kind == "case":
        return {
            f"{place}-{name}": values
            for place, part in enumerate(content["parts"])
            for name, values in sent(draw, (part["kind"], part["content"], {}, {})).items()
        }
    if kind in {"single", "multiple"}:
        most = 1 if kind == "single" else len(content["options"])
        positions = st.integers(0, len(content["options"]) - 1).map(str)
        return {"choice": draw(st.lists(positions, max_size=most, unique=True))}
    if kind == "true_false":
        return {"choice": draw(st.lists(st.sampled_from(["true", "false"]), max_size=1))}
    if kind == "blank":
        return {"blank": draw(st.lists(words | st.just(""), max_size=content["blanks"]))}
    if kind == "numeric":
        return {"number": [draw(st.text("0123456789.-学时 ", max_size=9))]}
    if kind == "matching":
        right = st.integers(0, len(content["right"]) - 1).map(str) | st.just("")
        return {"match": draw(st.lists(right, max_size=len(content["left"])))}
    place = st.integers(1, len(content["items"])).map(str) | st.just("")
    return {"place": draw(st.lists(place, max_size=len(content["items"])))}
