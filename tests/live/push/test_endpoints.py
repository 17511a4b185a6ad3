"""Which addresses are posted to: only what the school has named, never anything inside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.push.endpoints import (
    Endpoint,
    UnusableEndpointError,
    are_keys,
    endpoint_of,
    may_be_called,
    packed,
    spoken_browser,
    unpacked,
)

KNOWN = ("fcm.googleapis.com", "*.notify.windows.com", "https://push.school.lan:8443")


def test_what_is_named_is_taken_apart() -> None:
    assert endpoint_of("https://fcm.googleapis.com/fcm/send/a:b?c=d", KNOWN) == Endpoint(
        "https", "fcm.googleapis.com", 443, "/fcm/send/a:b?c=d", False
    )
    below = endpoint_of("https://WNS2-by3p.notify.windows.com/w/?token=x", KNOWN)
    assert (below.host, below.origin) == (
        "wns2-by3p.notify.windows.com", "https://wns2-by3p.notify.windows.com",
    )  # fmt: skip
    own = endpoint_of("https://push.school.lan:8443/wpush/v2/x", KNOWN)
    assert (own.is_own, own.origin) == (True, "https://push.school.lan:8443")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "fcm.googleapis.com/x",
        "http://fcm.googleapis.com/x",
        "ftp://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com:99999/x",
        "https://fcm.googleapis.com@169.254.169.254/x",
        "https://user:pass@fcm.googleapis.com/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evilfcm.googleapis.com/x",
        "https://fcm.googleapis.com./x",
        "https://notify.windows.com/x",
        "https://evilnotify.windows.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://2130706433/x",
        "https://fcm.googleapis.com\\@127.0.0.1/x",
        "https://fcm.googleapis.com/x\r\nHost: inside",
        "https://fcm.googleapis.com/a b",
        "https://fcm.googleapis.com/x#y",
        "https://fcm。googleapis。com/x",
        "http://push.school.lan:8443/x",
        "https://push.school.lan/x",
        "https://fcm.googleapis.com/" + "x" * 990,
        "https://[fcm.googleapis.com/x",
    ],
)
def test_everything_else_is_not(address: str) -> None:
    with pytest.raises(UnusableEndpointError):
        endpoint_of(address, KNOWN)


@given(st.text(max_size=80) | st.from_regex(r"https?://[a-z.@:\[\]0-9/\\]{1,40}", fullmatch=True))
def test_nothing_gets_by_that_is_not_named(address: str) -> None:
    try:
        found = endpoint_of(address, KNOWN)
    except UnusableEndpointError:
        return
    is_below = found.host.endswith(".notify.windows.com")
    assert found.is_own or found.host == "fcm.googleapis.com" or is_below
    assert found.scheme == "https"
    assert " " not in found.target
    assert "\n" not in found.target


@pytest.mark.parametrize("services", [(), ("",), ("*.",), ("*",)])
def test_an_empty_list_names_nobody(services: tuple[str, ...]) -> None:
    with pytest.raises(UnusableEndpointError):
        endpoint_of("https://fcm.googleapis.com/x", services)


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (["142.250.1.95"], True),
        (["2607:f8b0:4004:c07::5f"], True),
        ([], False),
        (["142.250.1.95", "10.0.0.1"], False),
        (["127.0.0.1"], False),
        (["169.254.169.254"], False),
        (["192.168.1.1"], False),
        (["100.64.0.1"], False),
        (["::1"], False),
        (["fe80::1%eth0"], False),
        (["fd00::1"], False),
        (["::ffff:10.0.0.1"], False),
        (["2002:0a00:0001::"], False),
        (["224.0.0.1"], False),
        (["0.0.0.0"], False),
        (["nonsense"], False),
    ],
)
def test_a_name_that_stands_for_something_inside_is_not_called(
    addresses: list[str], expected: bool
) -> None:
    named = endpoint_of("https://fcm.googleapis.com/x", KNOWN)
    assert may_be_called(addresses, named) is expected
    own = endpoint_of("https://push.school.lan:8443/x", KNOWN)
    assert may_be_called(addresses, own) is bool(addresses)


@given(st.binary(max_size=90))
def test_packing_loses_nothing(content: bytes) -> None:
    assert unpacked(packed(content)) == content


def test_keys_are_a_point_and_sixteen_bytes() -> None:
    point, secret = packed(b"\x04" + bytes(64)), packed(bytes(16))
    assert are_keys(point, secret)
    assert not are_keys(packed(bytes(65)), secret)
    assert not are_keys(point, packed(bytes(15)))
    assert not are_keys("钥匙", secret)
    assert not are_keys("x" * 500, secret)


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537.36", "Chrome · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "Firefox · Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18 Safari/604", "Safari · iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/156 Safari/537 Edg/156", "Edge · Windows"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_browser_is_known_again_by_its_name(agent: str, said: str) -> None:
    assert spoken_browser(agent) == said
