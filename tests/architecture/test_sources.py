"""Rules of the house that can be read off the source: what may be written where."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.support.environment import BASE_DIR

PACKAGES = ("lms", "courses", "exams", "live", "media_pipeline")
EDGES = {"views.py", "api.py", "consumers.py", "tasks.py", "wagtail_hooks.py"}
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py"}


def tracked(*suffixes: str) -> list[Path]:
    """Files git knows or would add, so that scratch in var/ is nobody's business."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [BASE_DIR / line for line in listed.stdout.splitlines()]
    return [path for path in paths if path.suffix in suffixes and path.is_file()]


def ours() -> list[Path]:
    """Python of the product, without tests, measurements and migrations."""
    return [
        path
        for path in tracked(".py")
        if path.relative_to(BASE_DIR).parts[0] in PACKAGES and "migrations" not in path.parts
    ]


def name(path: Path) -> str:
    return str(path.relative_to(BASE_DIR))


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an attribute chain, empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def uses(path: Path) -> Iterator[tuple[int, str]]:
    """Every dotted name in a file with its line, imports from a module included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            yield node.lineno, dotted(node)
        elif isinstance(node, ast.ImportFrom):
            for imported in node.names:
                yield node.lineno, f"{node.module}.{imported.name}"


def offenders(wrong: set[str], *, allowed: set[str]) -> list[str]:
    return [
        f"{name(path)}:{line}: {used}"
        for path in ours()
        if name(path) not in allowed
        for line, used in uses(path)
        if used in wrong
    ]


def test_only_env_reads_the_environment() -> None:
    # The set-up runs before anything can be imported, and hands its environment to programs.
    allowed = {"lms/env.py", "lms/bootstrap.py"}
    assert offenders({"os.environ", "os.getenv", "os.environb"}, allowed=allowed) == []


def test_only_the_clock_asks_what_time_it_is() -> None:
    wrong = {
        "timezone.now",
        "django.utils.timezone.now",
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
        "dt.datetime.now",
        "dt.date.today",
        "datetime.datetime.now",
        "datetime.date.today",
    }
    assert offenders(wrong, allowed={"lms/core/clock.py"}) == []


def test_edges_never_build_queries() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in ours()
        if path.name in EDGES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in {"objects", "_default_manager", "_base_manager"}
    ]
    assert found == []


def test_no_save_is_overridden_and_nothing_hangs_on_saving() -> None:
    signals = {"post_save", "pre_save", "post_delete", "pre_delete", "m2m_changed"}
    found = [
        f"{name(path)}:{node.lineno}: {node.name}()"
        for path in ours()
        if path.name == "models.py"
        for owner in ast.walk(ast.parse(path.read_text()))
        if isinstance(owner, ast.ClassDef)
        for node in owner.body
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}
    ]
    found += [
        f"{name(path)}:{line}: {used}"
        for path in ours()
        for line, used in uses(path)
        if used.rpartition(".")[2] in signals
    ]
    assert found == []


def test_no_file_is_a_junk_drawer() -> None:
    assert [name(path) for path in tracked(".py") if path.name in FORBIDDEN_NAMES] == []


def test_no_migration_changes_both_schema_and_data() -> None:
    schema = {"CreateModel", "AddField", "RemoveField", "AlterField", "RenameField", "DeleteModel"}
    mixed = []
    for path in tracked(".py"):
        if "migrations" not in path.parts:
            continue
        called = {
            dotted(node.func).rpartition(".")[2]
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call)
        }
        if "RunPython" in called and called & schema:
            mixed.append(name(path))
    assert mixed == []


def test_only_declared_files_run_programs() -> None:
    """What starts a process is few files, each known; ffmpeg's limits are in one of them."""
    allowed = {
        "lms/bootstrap.py",
        "lms/embedded/holding.py",
        "lms/embedded/keeper.py",
        "lms/embedded/places.py",
        "lms/embedded/servers.py",
        "lms/supervisor/tree.py",
        "lms/demo/film.py",
        "lms/demo/narrate.py",
        "media_pipeline/confine.py",
        "media_pipeline/processes.py",
    }
    starting = {"subprocess.run", "subprocess.Popen", "subprocess.check_output", "os.system"}
    starting |= {"os.posix_spawn", "os.execv", "os.fork"}
    assert offenders(starting, allowed=allowed) == []


def test_nothing_names_this_or_any_other_machine() -> None:
    absolute = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/[\w.-]+")
    found = [
        f"{name(path)}: {match[0]}"
        for path in tracked(".py", ".ts", ".html", ".md", ".toml", ".yaml", ".css")
        for match in absolute.finditer(path.read_text())
    ]
    assert [line for line in found if not line.startswith("docs/operating.md")] == []
