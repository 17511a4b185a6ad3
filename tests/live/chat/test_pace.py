"""When somebody may speak again, and what of a text is shown."""

import datetime as dt
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from live.chat.pace import seconds_to_wait
from live.classroom.plain_text import cleaned

NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


@given(st.floats(0, 300), st.sampled_from([0, 5, 10, 30, 60, 120]))
def test_who_waits_as_long_as_is_said_may_speak_and_not_a_second_earlier(
    passed: float, slow: int
) -> None:
    now = NOON + dt.timedelta(seconds=passed)
    wait = seconds_to_wait(NOON, now, slow)
    assert seconds_to_wait(NOON, now + dt.timedelta(seconds=wait), slow) == 0
    if wait > 1:
        assert seconds_to_wait(NOON, now + dt.timedelta(seconds=wait - 1), slow) == 1
    assert (wait == 0) == (passed >= slow or now - NOON >= dt.timedelta(seconds=slow))
    assert seconds_to_wait(None, now, slow) == 0


@given(st.text())
def test_a_text_is_one_line_of_what_can_be_seen(text: str) -> None:
    line = cleaned(text)
    assert cleaned(line) == line
    assert line == line.strip()
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn") for char in line)


def test_what_hides_or_turns_a_line_round_is_left_out() -> None:
    assert cleaned(" 同志们\n\n好\t！ ") == "同志们 好 ！"
    assert cleaned("ab\u202ecd\u2066e") == "abcde"
    assert cleaned("\u200b\ufeff \u2060") == ""
    assert cleaned("\u0301\u0301") == ""
    assert cleaned("e" + "\u0301" * 50) == "e" + "\u0301" * 3
    assert cleaned("👩\u200d🌾") == "👩\u200d🌾"
