"""Which address a browser gives may be posted to, and what else of it makes sense; pure.

The address comes from a page, so anybody can write anything there: only https, only hosts the
school has named, only the ordinary port, and never an address inside the school's own network. A
push service of the school's own is named with its scheme (`https://push.school.example`) and is
taken as it stands.
"""

import base64
import binascii
import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST_ENDPOINT = 1000
_LONGEST_PATH = 900
_POINT, _SECRET = 65, 16
_PORTS = {"https": 443, "http": 80}


class UnusableEndpointError(ValueError):
    """Not an address of a push service this school knows."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One browser's mailbox at its push service; `is_own` for a service of the school's own."""

    scheme: str
    host: str
    port: int
    target: str
    is_own: bool

    @property
    def origin(self) -> str:
        """As RFC 8292 wants it signed."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == _PORTS[self.scheme]
        return f"{self.scheme}://{host}" + ("" if usual else f":{self.port}")


def endpoint_of(address: str, services: Iterable[str]) -> Endpoint:
    """What is to be asked for `address`. Raises UnusableEndpointError.

    `services` are hosts (`push.example`), all hosts below one (`*.push.example`) or whole origins
    of the school's own services.
    """
    if not 0 < len(address) <= LONGEST_ENDPOINT or not address.isascii():
        raise UnusableEndpointError(address)
    if any(char <= " " or char in "\\\x7f" for char in address):
        raise UnusableEndpointError(address)
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise UnusableEndpointError(address) from error
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc or parts.fragment:
        raise UnusableEndpointError(address)
    found = Endpoint(
        parts.scheme,
        host,
        _PORTS[parts.scheme] if port is None else port,
        (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        False,
    )
    if len(found.target) > _LONGEST_PATH:
        raise UnusableEndpointError(address)
    known = [service.strip().lower().rstrip("/") for service in services]
    if found.origin in known:
        return Endpoint(found.scheme, found.host, found.port, found.target, True)
    is_named = any(_is_host(found.host, name) for name in known if "://" not in name)
    if found.scheme != "https" or found.port != 443 or not is_named or _is_number(host):
        raise UnusableEndpointError(address)
    return found


def _is_host(host: str, name: str) -> bool:
    if name.startswith("*."):
        return len(name) > 2 and host.endswith(name[1:]) and len(host) > len(name) - 1
    return bool(name) and host == name


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def may_be_called(addresses: Sequence[str], endpoint: Endpoint) -> bool:
    """Every address the name stands for is out on the internet, or the school said so itself."""
    if endpoint.is_own:
        return bool(addresses)
    return bool(addresses) and all(_is_public(address) for address in addresses)


def _is_public(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if mapped is not None:
        return _is_public(str(mapped))
    return found.is_global and not found.is_multicast


def are_keys(public_key: str, secret: str) -> bool:
    """A browser's public key (an uncompressed point) and its 16 secret bytes, in base64url."""
    point, shared = unpacked(public_key), unpacked(secret)
    return len(point) == _POINT and point[:1] == b"\x04" and len(shared) == _SECRET


def unpacked(text: str) -> bytes:
    """The bytes of base64url without its padding; b"" for what is none."""
    if not text.isascii() or len(text) > 200:
        return b""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("QQBrowser", "QQ 浏览器"),
    ("360", "360 浏览器"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def spoken_browser(agent: str) -> str:
    """ "Chrome · Windows": by what somebody knows the own browser again in a list."""
    names = [
        next((name for sign, name in table if sign in agent), "") for table in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(name for name in names if name)
