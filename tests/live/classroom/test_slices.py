"""Chunks of a recorder's slices, as two machines may have written them over one another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.classroom.slices import Chunk, TornChunkError, pack, plan, reach, read_name, unpack

chunks = st.builds(
    lambda first, count: Chunk(first, first + count), st.integers(0, 40), st.integers(1, 12)
)


def content(number: int) -> bytes:
    """A slice has a number and always the same bytes; some are empty."""
    return bytes([number % 251]) * (number % 7)


@given(st.lists(chunks, max_size=12))
def test_whatever_was_written_reads_as_one_stream_up_to_the_first_gap(written: list[Chunk]) -> None:
    there = {number for chunk in written for number in range(chunk.first, chunk.end)}
    expected = next(number for number in range(100) if number not in there)
    read: list[bytes] = []
    for use in plan(written):
        data = pack([content(number) for number in range(use.chunk.first, use.chunk.end)])
        read += unpack(use.chunk, data)[use.skip :]
    assert read == [content(number) for number in range(expected)]
    assert reach(written) == expected


@given(chunks)
def test_a_chunk_is_found_by_its_name(chunk: Chunk) -> None:
    assert read_name(chunk.name) == chunk


@pytest.mark.parametrize(
    "name", ["", "init.mp4", "00000001-00000001", "00000002-00000001", "1-2", "00000000-00000001x"]
)
def test_other_files_are_no_chunks(name: str) -> None:
    assert read_name(name) is None


@given(chunks, st.integers(1, 200))
def test_a_torn_chunk_is_not_taken_for_whole(chunk: Chunk, lost: int) -> None:
    data = pack([content(number) for number in range(chunk.first, chunk.end)])
    with pytest.raises(TornChunkError):
        unpack(chunk, data[: max(0, len(data) - lost)])
