"""Keys, and what a stream's head says of it."""

from hypothesis import given
from hypothesis import strategies as st

from live.obs.streams import codecs_of, digest_of, is_key, new_key, stream_name


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


def flv(*tags: tuple[int, bytes], flags: int = 5) -> bytes:
    """An FLV stream of these tags: their type and what is in them."""
    data = b"FLV\x01" + bytes([flags]) + (9).to_bytes(4, "big") + bytes(4)
    for kind, content in tags:
        data += bytes([kind]) + len(content).to_bytes(3, "big") + bytes(7) + content + bytes(4)
    return data


META, H264, HEVC, FLV1 = (18, b"\x02\x00"), (9, b"\x17\x00"), (9, b"\x90hvc1"), (9, b"\x12\x00")
AAC, MP3 = (8, b"\xaf\x00"), (8, b"\x2f\x00")


def test_the_head_of_a_stream_names_its_codecs() -> None:
    for tags, flags, understood, lacks_sound in (
        ((META, H264, AAC), 5, True, False),
        ((AAC, META, H264), 5, True, False),
        ((H264, (9, b""), (9, b"\x27\x01"), AAC), 5, True, False),
        ((META, H264), 1, False, True),
        ((META, AAC), 4, False, False),
        ((META, FLV1, AAC), 5, False, False),
        ((META, HEVC, AAC), 5, False, False),
        ((META, H264, MP3), 5, False, False),
        ((META,), 0, False, False),
    ):
        found = codecs_of(flv(*tags, flags=flags))
        assert found is not None
        assert (found.is_understood, found.lacks_sound) == (understood, lacks_sound)
    no_flv = codecs_of(b"<html>" + bytes(20))
    assert no_flv is not None
    assert not no_flv.is_understood


@given(st.integers(0, 60))
def test_a_head_that_is_cut_says_nothing_yet(cut: int) -> None:
    whole = flv(META, H264, AAC)
    found = codecs_of(whole[:cut])
    assert (found is None) == (cut < len(whole) - 5)
    assert found in (None, codecs_of(whole))


@given(st.binary(max_size=400), st.integers(0, 255))
def test_any_bytes_are_read_to_an_end(data: bytes, flags: int) -> None:
    codecs_of(data)
    codecs_of(flv(flags=flags) + data)
