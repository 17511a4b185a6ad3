"""Websockets of which every byte is written by hand: what no browser would send, or read."""

import base64
import os
import secrets
import socket
import struct
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

CONTINUED, TEXT, BINARY, CLOSE, PING = 0, 1, 2, 8, 9
GONE = 1006  # the connection ended without a word


def frame(
    kind: int, payload: bytes, *, last: bool = True, masked: bool = True, length: int | None = None
) -> bytes:
    """A frame (RFC 6455, section 5.2); `length` is what it claims to be long."""
    said = len(payload) if length is None else length
    mask = secrets.token_bytes(4) if masked else b""
    head = bytes([kind | (0x80 if last else 0)])
    flag = 0x80 if masked else 0
    if said < 126:
        head += bytes([flag | said])
    elif said < 65_536:
        head += bytes([flag | 126]) + struct.pack(">H", said)
    else:
        head += bytes([flag | 127]) + struct.pack(">Q", said)
    if masked:
        key = mask * (len(payload) // 4 + 1)
        payload = bytes(one ^ other for one, other in zip(payload, key, strict=False))
    return head + mask + payload


class RawSocket:
    """One connection; `status` is what its handshake was answered with."""

    def __init__(
        self,
        url: str,
        path: str,
        *,
        cookie: str = "",
        origin: str | None = None,
        small: bool = False,
        **headers: str,
    ) -> None:
        """`small`: as little as possible is taken from the network while nobody reads."""
        place = urlsplit(url)
        self.line = socket.socket()
        if small:
            self.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.line.settimeout(20)
        self.line.connect((place.hostname, place.port))
        said = {
            "Host": place.netloc,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Origin": url if origin is None else origin,
            "Cookie": cookie,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        lines = [f"{name}: {value}" for name, value in said.items() if value]
        self.send_bytes("\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode("latin-1"))
        self._rest = b""
        self.status = self._answered()

    def _answered(self) -> int:
        head = b""
        while b"\r\n\r\n" not in head:
            try:
                data = self.line.recv(1024)
            except ConnectionError:
                return 0
            if not data:
                return 0
            head += data
        said, _, self._rest = head.partition(b"\r\n\r\n")
        return int(said.split(b" ")[1])

    def send(self, kind: int, payload: bytes, **more: int) -> None:
        self.send_bytes(frame(kind, payload, **more))  # type: ignore[arg-type]

    def send_bytes(self, data: bytes) -> None:
        with suppress(ConnectionError):  # the other end may have had enough
            self.line.sendall(data)

    def closed_with(self) -> int:
        """Read until the server says farewell; the code it gave, GONE for none."""
        while True:
            head = self._read(2)
            if len(head) < 2:
                return GONE
            size = head[1] & 127
            if size > 125:
                size = int.from_bytes(self._read(2 if size == 126 else 8), "big")
            payload = self._read(size)
            if head[0] & 15 == CLOSE:
                return int.from_bytes(payload[:2], "big")

    def _read(self, count: int) -> bytes:
        while len(self._rest) < count:
            try:
                data = self.line.recv(65_536)
            except ConnectionError:
                data = b""
            if not data:
                break
            self._rest += data
        found, self._rest = self._rest[:count], self._rest[count:]
        return found

    def close(self) -> None:
        self.line.close()


def resident_bytes(pid: int) -> int:
    """What a process has in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def connections_of(pid: int) -> int:
    """How many sockets a process has open."""
    count = 0
    for each in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            count += str(each.readlink()).startswith("socket:")
    return count
