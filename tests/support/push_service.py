"""A push service on loopback and a browser with keys: real HTTP, real encryption."""

import base64
import http.server
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02


def _packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass(eq=False)
class Service:
    """What it was sent, and what it answers next: a status, perhaps with `Retry-After`."""

    origin: str
    answers: list[tuple[int, str]] = field(default_factory=list)
    posts: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def signers(self) -> list[bool]:
        """Whether each message was signed by the key it names."""
        return [bool(Vapid02.verify(headers["authorization"])) for _path, headers, _b in self.posts]


@dataclass(eq=False)
class Browser:
    """One that has subscribed at `service`."""

    service: Service
    name: str = "b1"

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = os.urandom(16)

    @property
    def endpoint(self) -> str:
        return f"{self.service.origin}/wpush/{self.name}"

    @property
    def point(self) -> str:
        public = self.key.public_key()
        return _packed(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def said(self) -> dict[str, Any]:
        """As `PushSubscription.toJSON` makes it."""
        keys = {"p256dh": self.point, "auth": _packed(self.secret)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def shown(self) -> list[dict[str, Any]]:
        """The messages it was sent, decrypted with its own keys."""
        return [
            json.loads(
                http_ece.decrypt(
                    body, private_key=self.key, auth_secret=self.secret, version="aes128gcm"
                )
            )
            for path, _headers, body in self.service.posts
            if path == f"/wpush/{self.name}"
        ]


@contextmanager
def push_service() -> Iterator[Service]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            service.posts.append((self.path, headers, body))
            status, wait = service.answers.pop(0) if service.answers else (201, "")
            self.send_response(status)
            if wait:
                self.send_header("Retry-After", wait)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = Service(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
