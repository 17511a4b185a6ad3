"""Keys, and what a stream's head says of it."""

from hypothesis import given
from hypothesis import strategies as st

from live.obs.streams import (
    PICTURE,
    SOUND,
    codecs_of,
    digest_of,
    is_key,
    is_understood,
    new_key,
    stream_name,
)
from tests.factories.live import recorded


def test_keys_are_of_chance_and_no_stream_is_called_by_one() -> None:
    keys = {new_key() for _each in range(200)}
    assert len(keys) == 200
    for key in keys:
        assert is_key(key)
        name = stream_name(digest_of(key))
        assert not is_key(name)
        assert key not in name


@given(st.text(max_size=60))
def test_nothing_but_a_key_is_one(said: str) -> None:
    is_hexadecimal = len(said) == 40 and set(said) <= set("0123456789abcdef")
    assert is_key(said) == is_hexadecimal


def test_the_head_of_a_stream_names_its_codecs() -> None:
    data = recorded(1.0)
    assert codecs_of(data) == [PICTURE, "A_OPUS"]
    assert codecs_of(recorded(1.0, picture="")) == ["A_OPUS"]


@given(st.binary(max_size=400), st.integers(0, 400))
def test_any_bytes_are_read_and_a_head_is_known_only_when_whole(data: bytes, cut: int) -> None:
    cluster = b"\x1f\x43\xb6\x75"
    found = codecs_of(data)
    assert (found is None) == (cluster not in data)
    assert codecs_of(data[:cut].replace(cluster, b"")) in (None, codecs_of(data[:cut]))


def test_one_picture_in_h264_and_one_sound_in_aac() -> None:
    assert is_understood([PICTURE, SOUND])
    assert is_understood([SOUND, PICTURE])
    for other in ([], [PICTURE], [SOUND], [PICTURE, "A_OPUS"], ["V_MPEGH/ISO/HEVC", SOUND],
                  [PICTURE, SOUND, SOUND]):  # fmt: skip
        assert not is_understood(other)
