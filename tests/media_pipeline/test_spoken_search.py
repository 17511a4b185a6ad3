"""Finding words in what is said, by letters and pairs of letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.captions import Cue
from media_pipeline.spoken_search import folded, grams_of, hits, wanted_grams

LETTERS = st.text("党章学习的 ABc，。1\n", max_size=20)
LINES = st.lists(LETTERS, max_size=8).map(
    lambda texts: tuple(Cue(at * 1000, at * 1000 + 900, text) for at, text in enumerate(texts))
)


def said(*texts: str) -> tuple[Cue, ...]:
    return tuple(Cue(at * 1000, at * 1000 + 900, text) for at, text in enumerate(texts))


def found(cues: tuple[Cue, ...], text: str) -> list[tuple[int, str]]:
    marked = "".join
    return [
        (hit.at, marked(f"[{piece}]" if is_hit else piece for piece, is_hit in hit.pieces))
        for hit in hits(cues, text)
    ]


@given(LINES, LETTERS)
def test_whatever_is_found_the_index_would_have_found(cues: tuple[Cue, ...], text: str) -> None:
    """The index may offer too much, never too little."""
    if hits(cues, text):
        assert set(wanted_grams(text)) <= set(grams_of(cues))


@given(LINES, LETTERS)
def test_the_pieces_are_the_line(cues: tuple[Cue, ...], text: str) -> None:
    for hit in hits(cues, text):
        assert "".join(piece for piece, _is_hit in hit.pieces) == hit.cue.text
        assert any(is_hit for _piece, is_hit in hit.pieces)


@given(st.lists(st.text("党章学习", min_size=1, max_size=6), min_size=1, max_size=5), st.data())
def test_any_stretch_of_what_is_said_is_found(texts: list[str], data: st.DataObject) -> None:
    whole = "".join(texts)
    start = data.draw(st.integers(0, len(whole) - 1))
    stretch = whole[start : start + data.draw(st.integers(1, 8))]
    assert hits(said(*texts), stretch)


@pytest.mark.parametrize(
    ("texts", "text", "expected"),
    [
        (("学习党章，遵守党章",), "党章", [(0, "学习[党章]，遵守[党章]")]),
        (("请大家学", "习党章"), "学习党章", [(0, "请大家[学]"), (1, "[习党章]")]),
        (("ＡＢＣ计划",), "abc 计", [(0, "[ＡＢＣ计]划")]),
        (("二〇二六，年度",), "六年", [(0, "二〇二[六，年]度")]),
        (("the party", "school is"), "party school", [(0, "the [party]"), (1, "[school] is")]),
        (("thepartyschool",), "party school", [(0, "the[partyschool]")]),
        (("学习", "纪律", "其他"), "纪律 学习", [(0, "[学习]"), (1, "[纪律]")]),
        (("学习",), "纪律 学习", []),
        (("学习",), " ，", []),
        (("学习",), "", []),
    ],
)
def test_what_is_marked(texts: tuple[str, ...], text: str, expected: list[tuple[int, str]]) -> None:
    assert found(said(*texts), text) == expected


def test_what_is_asked_of_the_index() -> None:
    assert wanted_grams("党章学习") == ["党章", "学习", "章学"]
    assert wanted_grams("党") == ["党"]
    assert wanted_grams("Party，School") == wanted_grams("party school")[:0] + sorted(
        {"pa", "ar", "rt", "ty", "ys", "sc", "ch", "ho", "oo", "ol"} - {"ys"} | {"y ", " s"}
    )
    assert wanted_grams(" ，") == []
    assert folded("Ｐarty  SCHOOL，党 章") == "party school党章"
