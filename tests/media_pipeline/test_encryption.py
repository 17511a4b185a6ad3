"""AES-128 as OpenSSL and RFC 8216 have it, and playlists that say where the key is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.encryption import (
    KEY_BYTES,
    MOST_PADDING_BYTES,
    decrypted,
    encrypted,
    numbered_vector,
    with_keys,
    with_padding,
    without_keys,
)

INDEX = (
    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n"
    '#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-MAP:URI="init.mp4"\n'
    "#EXTINF:4.000000,\n00000.m4s\n#EXTINF:2.500000,\n00001.m4s\n#EXT-X-ENDLIST\n"
)


def test_the_example_of_nist() -> None:
    """SP 800-38A, F.2.1, first block."""
    found = encrypted(
        bytes.fromhex("6bc1bee22e409f96e93d7e117393172a"),
        key=bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"),
        vector=bytes.fromhex("000102030405060708090a0b0c0d0e0f"),
    )
    assert found[:16].hex() == "7649abac8119b246cee98e9b12e9197d"
    assert len(found) == 32


keys = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)


@given(data=st.binary(max_size=200), key=keys, vector=keys)
def test_what_is_encrypted_is_decrypted(data: bytes, key: bytes, vector: bytes) -> None:
    sealed = encrypted(data, key=key, vector=vector)
    assert 1 <= len(sealed) - len(data) <= MOST_PADDING_BYTES
    assert decrypted(sealed, key=key, vector=vector) == data


def test_what_was_torn_is_refused() -> None:
    sealed = encrypted(b"x" * 40, key=bytes(16), vector=bytes(16))
    for torn in (sealed[:-16], sealed[:-1], b""):
        with pytest.raises(ValueError, match=r".*"):
            decrypted(torn, key=bytes(16), vector=bytes(16))


@given(st.integers(0, 2**32))
def test_a_number_is_its_own_vector(number: int) -> None:
    assert int.from_bytes(numbered_vector(number), "big") == number
    assert len(numbered_vector(number)) == 16


@given(keys)
def test_playlists_say_the_key_and_forget_it(vector: bytes) -> None:
    sealed = with_keys(INDEX, init_vector=vector, address="../key")
    assert sealed.splitlines()[5:8] == [
        f'#EXT-X-KEY:METHOD=AES-128,URI="../key",IV=0x{vector.hex()}',
        '#EXT-X-MAP:URI="init.mp4"',
        '#EXT-X-KEY:METHOD=AES-128,URI="../key"',
    ]
    assert without_keys(sealed) == (INDEX, vector)


def test_what_is_no_playlist_of_ours() -> None:
    with pytest.raises(ValueError, match="one init segment"):
        with_keys("#EXTM3U\n", init_vector=bytes(16), address="../key")
    with pytest.raises(ValueError, match="no vector"):
        without_keys(INDEX)


@given(st.lists(st.tuples(st.integers(1000, 10**7), st.integers(1000, 10**7)), min_size=1))
def test_rates_grow_by_the_padding_and_shrink_again(rates: list[tuple[int, int]]) -> None:
    def master(extra_peak: int, extra_average: int) -> str:
        lines = [
            f"#EXT-X-STREAM-INF:BANDWIDTH={peak + extra_peak},"
            f'AVERAGE-BANDWIDTH={average + extra_average},CODECS="mp4a.40.2"\nsound/index.m3u8'
            for peak, average in rates
        ]
        return "\n".join(["#EXTM3U", *lines]) + "\n"

    assert with_padding(master(0, 0)) == master(128, 32)
    assert with_padding(master(128, 32), sign=-1) == master(0, 0)
