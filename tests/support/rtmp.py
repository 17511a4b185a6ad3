"""A real nginx-rtmp with the configuration we document, and a sender that does what OBS does."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from media_pipeline.ffmpeg import binary
from tests.support.environment import BASE_DIR
from tests.support.processes import free_port, wait_until

TEMPLATE = BASE_DIR / "docs" / "deploy" / "nginx-rtmp.conf"
NGINX = Path("/usr/sbin/nginx")
MODULE = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")


class Rtmp:
    """An nginx of its own on a free port, which asks the school at `url`."""

    def __init__(self, folder: Path, url: str) -> None:
        if not NGINX.exists() or not MODULE.exists():
            raise AssertionError("Install Debian's libnginx-mod-rtmp: apt-get install "
                                 "libnginx-mod-rtmp")  # fmt: skip
        self.port = free_port()
        self.address = f"rtmp://127.0.0.1:{self.port}/live"
        self._folder = folder
        folder.chmod(0o755)
        said = TEMPLATE.read_text(encoding="utf-8")
        for ours, theirs in (
            ("listen 1935;", f"listen 127.0.0.1:{self.port};"),
            ("http://127.0.0.1:8000/", f"{url}/"),
            ("/run/school-rtmp.pid", str(folder / "nginx.pid")),
            ("/var/log/nginx/school-rtmp.log", str(folder / "error.log")),
            ("user www-data;", "daemon off;"),
            ("notify_update_timeout 5s;", "notify_update_timeout 1s;"),
        ):
            assert said.count(ours) > 0, ours
            said = said.replace(ours, theirs)
        (folder / "nginx.conf").write_text(said, encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        command = [str(NGINX), "-c", str(self._folder / "nginx.conf"), "-p", str(self._folder)]
        self._process = subprocess.Popen(
            [*command, "-e", str(self._folder / "error.log")], start_new_session=True
        )
        wait_until(self._listens, what="nginx listening")

    def stop(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Obs:
    """Sends a picture that moves and a tone, as OBS does, until it is ended."""

    def __init__(
        self, server: str, key: str, *, picture: str = "libx264", sound: str = "aac"
    ) -> None:
        codecs = {
            "libx264": ("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-bf", "2"),
            "flv1": ("-c:v", "flv1", "-b:v", "300k"),
        }[picture]
        heard = {"aac": ("-c:a", "aac", "-b:a", "96k", "-ac", "2"), "": ("-an",)}[sound]
        self.process = subprocess.Popen(
            [
                *(binary(), "-nostdin", "-loglevel", "error", "-re"),
                *("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25"),
                *("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100"),
                *codecs, *("-pix_fmt", "yuv420p"), *heard, "-f", "flv", f"{server}/{key}",
            ],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    @property
    def is_refused(self) -> bool:
        """Whether the server has ended the line."""
        return self.process.poll() not in (None, 0)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def obs(server: str, key: str, **how: str) -> Iterator[Obs]:
    sender = Obs(server, key, **how)
    try:
        yield sender
    finally:
        sender.end()
