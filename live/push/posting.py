"""Speaking to a push service: the only place that opens a line to another host for push.

The message is encrypted for its browser (RFC 8291) and signed by the school (RFC 8292). The name
is resolved once, every address it stands for is looked at, and the line is opened to that very
address: what was checked is what is called.
"""

import concurrent.futures
import http.client
import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from py_vapid import Vapid02

from live.push.endpoints import Endpoint, may_be_called, unpacked
from live.push.pace import asked_seconds
from lms.core import clock

TIMEOUT_SECONDS = 5
REACH_SECONDS = 3
SIGNED_SECONDS = 12 * 3600


class OutOfReachError(Exception):
    """No line, no answer, or an address this school does not call; says which."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said: its status, and for how many seconds it wants to be left alone."""

    status: int
    wait_seconds: int


class _Line(http.client.HTTPConnection):
    """A connection to an address that was looked at before."""

    def __init__(self, endpoint: Endpoint, address: str, timeout: float) -> None:
        super().__init__(endpoint.host, endpoint.port, timeout=timeout)
        self.endpoint, self.address = endpoint, address

    def connect(self) -> None:
        line = socket.create_connection((self.address, self.endpoint.port), self.timeout)
        if self.endpoint.scheme == "https":
            line = ssl.create_default_context().wrap_socket(
                line, server_hostname=self.endpoint.host
            )
        self.sock = line


def address_of(endpoint: Endpoint) -> str:
    """Where to call. Raises OutOfReachError where the name stands for something inside."""
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise OutOfReachError(f"no address: {type(error).__name__}") from error
    addresses = [str(each[4][0]) for each in found]
    if not may_be_called(addresses, endpoint):
        raise OutOfReachError("the name stands for an address that is not on the internet")
    return addresses[0]


def encrypted(content: bytes, *, public_key: str, secret: str) -> bytes:
    """For this browser alone."""
    body = http_ece.encrypt(
        content,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=unpacked(public_key),
        auth_secret=unpacked(secret),
        salt=os.urandom(16),
        version="aes128gcm",
    )
    assert isinstance(body, bytes)
    return body


def signature(endpoint: Endpoint, key: ec.EllipticCurvePrivateKey) -> str:
    """Says to the service which school is calling."""
    claims = {
        "aud": endpoint.origin,
        "exp": int(clock.now().timestamp()) + SIGNED_SECONDS,
        "sub": settings.PUSH_CONTACT,
    }
    return str(Vapid02(key).sign(claims)["Authorization"])


def post(endpoint: Endpoint, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Raises OutOfReachError. Follows no redirect and asks no proxy."""
    line = _Line(endpoint, address_of(endpoint), TIMEOUT_SECONDS)
    try:
        line.request("POST", endpoint.target, body=body, headers=dict(headers))
        answer = line.getresponse()
        return Answer(answer.status, asked_seconds(answer.getheader("Retry-After")))
    except (OSError, http.client.HTTPException) as error:
        raise OutOfReachError(type(error).__name__) from error
    finally:
        line.close()


def _is_there(endpoint: Endpoint) -> bool:
    line = None
    try:
        line = _Line(endpoint, address_of(endpoint), REACH_SECONDS)
        line.connect()
    except (OSError, OutOfReachError):
        return False
    finally:
        if line is not None:
            line.close()
    return True


def reached(endpoints: list[Endpoint]) -> int:
    """How many of these take a line now; within some seconds, whatever the network does."""
    pool = concurrent.futures.ThreadPoolExecutor(max_workers=max(1, len(endpoints)))
    asked = [pool.submit(_is_there, each) for each in endpoints]
    done, _still = concurrent.futures.wait(asked, timeout=REACH_SECONDS + 1)
    pool.shutdown(wait=False, cancel_futures=True)
    return sum(each.result() for each in done)
