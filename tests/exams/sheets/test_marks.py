"""The code on each page: what goes in comes out, and nothing else is taken for it."""

from hypothesis import given
from hypothesis import strategies as st

from exams.sheets.marks import MOST_SERIAL, SheetMark, is_genuine, printed, read, serial_of

marks = st.builds(
    SheetMark,
    use=st.text(alphabet="ABCDEFXYZ", min_size=1, max_size=5),
    subject_id=st.integers(0, 10**9 - 1),
    form=st.sampled_from("ABCD"),
    page=st.integers(1, 99),
    pages=st.integers(1, 99),
    serial=st.integers(0, MOST_SERIAL - 1).map(serial_of),
)


@given(marks, st.binary(min_size=1), st.binary(min_size=1))
def test_a_code_is_read_as_it_was_printed(mark: SheetMark, key: bytes, other: bytes) -> None:
    text = printed(mark, key=key, digest="abc")
    assert len(text) <= 47  # what a code of this size and strength holds
    found = read(text)
    assert found is not None
    assert found.mark == mark
    assert is_genuine(found, key=key, digest="abc") is True
    assert is_genuine(found, key=key, digest="abd") is False
    assert is_genuine(found, key=other + key + b"x", digest="abc") is False


@given(st.text(max_size=60))
def test_other_codes_are_none_of_ours(text: str) -> None:
    assert read(text) is None
    assert read("https://example.cn/" + text) is None
