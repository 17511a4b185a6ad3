"""What members write becomes pieces of text; nothing of it becomes markup or leads elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.discussion.writing import asked_names, mentioned, paragraphs, tidied

HOST = "school.example:8000"
XSS = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "javascript:alert(1)",
    "//evil.example/courses/",
    "https://evil.example/courses/1/",
    "https://school.example:8000@evil.example/courses/1/",
    "http://school.example:8000.evil.example/lessons/1/",
    "/courses/../admin/",
    "/courses//evil.example/",
    "/sign-out/",
    "data:text/html,<script>alert(1)</script>",
    "[x](javascript:alert(1))",
]
texts = st.text(
    alphabet=st.sampled_from("a学@/:.h t\n12<>\"'&?#%-_张秀英") | st.characters(), max_size=200
) | st.lists(st.sampled_from([*XSS, "@张秀英", "12:34", "/lessons/1/", "\n", " "])).map("".join)


def pieces(text: str, **more: object) -> list[tuple[str, str, str]]:
    return [
        (piece.kind, piece.text, piece.href)
        for block in paragraphs(text, host=HOST, **more)  # type: ignore[arg-type]
        for line in block
        for piece in line
    ]


@given(text=texts)
def test_nothing_is_lost_and_links_stay_at_home(text: str) -> None:
    plain = tidied(text)
    blocks = paragraphs(plain, names={"张秀英": 1}, host=HOST, lesson="/lessons/7/")
    again = "\n\n".join(
        "\n".join("".join(piece.text for piece in line) for line in block) for block in blocks
    )
    assert again == plain
    for block in blocks:
        for line in block:
            for piece in line:
                assert (piece.kind == "link") == bool(piece.href)
                if piece.href:
                    assert piece.href.startswith("/")
                    assert not piece.href.startswith("//")
                    assert ".." not in piece.href


@given(text=texts)
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    assert tidied(tidied(text)) == tidied(text)


@pytest.mark.parametrize("text", XSS)
def test_what_leads_elsewhere_stays_text(text: str) -> None:
    assert {kind for kind, _text, _href in pieces(text)} == {"text"}


def test_pages_of_our_own_are_links() -> None:
    assert pieces("见 /lessons/12/?t=30，好。") == [
        ("text", "见 ", ""),
        ("link", "/lessons/12/?t=30", "/lessons/12/?t=30"),
        ("text", "，好。", ""),
    ]
    assert pieces(f"https://{HOST}/courses/a/.") == [
        ("link", f"https://{HOST}/courses/a/", "/courses/a/"),
        ("text", ".", ""),
    ]


def test_a_time_is_a_place_in_the_lesson() -> None:
    assert pieces("在 1:02:05 和 3:07", lesson="/lessons/7/") == [
        ("text", "在 ", ""),
        ("link", "1:02:05", "/lessons/7/?t=3725"),
        ("text", " 和 ", ""),
        ("link", "3:07", "/lessons/7/?t=187"),
    ]
    assert pieces("第 3:07 节") == [("text", "第 3:07 节", "")]


def test_names_are_those_that_were_found_the_longest_one() -> None:
    known = {"王强": 1, "王强国": 2}
    assert mentioned("@王强国你好 @王强 @李四", known) == {"王强国": 2, "王强": 1}
    assert asked_names("请@王强看") == ["王强看", "王强", "王"]
    assert [piece[:2] for piece in pieces("@王强国好", names=known)] == [
        ("name", "@王强国"),
        ("text", "好"),
    ]
