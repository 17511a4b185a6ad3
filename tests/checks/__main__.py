"""`make check`: everything that can be said of the code without running it, each in one line.

All of them run, also when an early one fails; what failed is printed at the end.
"""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PYTHON = sys.executable


@dataclass(frozen=True)
class Check:
    name: str
    command: tuple[str, ...]


NPM = (PYTHON, "lms/bootstrap.py", "npm", "run", "--silent")
CHECKS = (
    Check("format", (str(BIN / "ruff"), "format", "--check", "--quiet", ".")),
    Check("lint", (str(BIN / "ruff"), "check", "--quiet", ".")),
    Check("import contracts", (str(BIN / "lint-imports"), "--no-cache")),
    Check("types", (str(BIN / "mypy"),)),
    Check("migrations", (PYTHON, "-m", "lms", "makemigrations", "--check", "--dry-run")),
    Check("settings and models", (PYTHON, "-m", "lms", "check", "--fail-level", "WARNING")),
    Check("API schema", (PYTHON, "-m", "tests.checks.api_schema")),
    Check("sizes", (PYTHON, "-m", "tests.checks.sizes")),
    Check("architecture", (PYTHON, "-m", "pytest", "-q", "tests/architecture")),
    Check("front end: types, lint", (*NPM, "check")),
    Check("front end: sizes", (*NPM, "budgets")),
)


def main(wanted: list[str]) -> int:
    failed = []
    for check in CHECKS:
        if wanted and check.name not in wanted:
            continue
        started_at = time.monotonic()
        print(f"{check.name:<24}", end="", flush=True)
        done = subprocess.run(
            check.command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        verdict = "FAILED" if done.returncode else "ok"
        print(f"{verdict:<8}{time.monotonic() - started_at:.0f} s", flush=True)
        if done.returncode:
            failed.append((check, done.stdout))
        else:
            warned = [line for line in done.stdout.splitlines() if line.startswith("warning: ")]
            print(*(f"    {line}\n" for line in warned), sep="", end="")
    for check, output in failed:
        print(f"\n=== {check.name}: {' '.join(check.command)}\n{output}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
