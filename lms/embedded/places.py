"""Where the embedded servers keep things, and the user they run as."""

import contextlib
import os
import pwd
import subprocess
from collections.abc import Sequence
from pathlib import Path

from lms import env

SERVICE_USER = "nobody"  # who PostgreSQL runs as when we are root: it refuses to be root

DATA_DIR = env.VAR_DIR / "postgres"
LOG_DIR = env.VAR_DIR / "log"
HOLDERS_LOCK = env.VAR_DIR / "holders.lock"
KEEPER_LOCK = env.VAR_DIR / "keeper.lock"
START_LOCK = env.VAR_DIR / "start.lock"


class ServiceStartError(Exception):
    """PostgreSQL or Redis could not be started; the message says why and what to do."""


def tail(path: Path, lines: int = 15) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def make_directories() -> None:
    """For whoever holds the servers; the keeper removes a socket directory in /tmp at its end."""
    LOG_DIR.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        env.RUN_DIR.mkdir(mode=0o700)
    found = env.RUN_DIR.lstat()
    if env.RUN_DIR.is_symlink() or found.st_uid not in {os.geteuid(), _service_uid()}:
        raise ServiceStartError(f"{env.RUN_DIR} belongs to somebody else; remove it and try again.")
    env.RUN_DIR.chmod(0o700)
    give(env.RUN_DIR)


def remove_run_directory() -> None:
    if not env.RUN_DIR.is_relative_to(env.VAR_DIR):
        with contextlib.suppress(OSError):
            env.RUN_DIR.rmdir()


def _service_uid() -> int:
    return pwd.getpwnam(SERVICE_USER).pw_uid if os.geteuid() == 0 else os.geteuid()


def give(path: Path) -> None:
    """Hand a directory to the user the servers run as."""
    if os.geteuid() == 0:
        os.chown(path, _service_uid(), -1)


def as_service_user(needed: Sequence[Path]) -> list[str]:
    """What to put before a server's command.

    Always: die with the keeper. As root: become an ordinary user first, and where that user could
    not reach the `needed` paths (a checkout under /root), keep the one capability to do so.
    """
    if os.geteuid() != 0:
        return ["setpriv", "--pdeathsig", "INT"]
    account = pwd.getpwnam(SERVICE_USER)
    drop = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    drop += ["--pdeathsig", "INT"]
    # PostgreSQL stays out of the paths of others by being somebody else; see the operating guide.
    plain = [*drop, "--inh-caps=-all", "--bounding-set=-all"]
    reach = [*drop, "--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"]
    # access(2) forgets the capabilities of who is not root, unless told that none are from root.
    reach += ["--securebits=+no_setuid_fixup"]
    test = ["sh", "-c", 'for path; do test -r "$path" || exit 1; done', "sh", *map(str, needed)]
    for command in (plain, reach):
        if subprocess.run([*command, *test], capture_output=True, check=False).returncode == 0:
            return command
    raise ServiceStartError(
        f"The user {SERVICE_USER}, as whom PostgreSQL runs, cannot reach {needed[0]}; "
        "move the checkout to a directory that others may enter, or run as an ordinary user."
    )
