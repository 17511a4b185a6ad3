"""`make bench` and `make bench NAME=beats`: a table on the screen, rows in var/bench/NAME.json.

Each measurement is a module with `run()`, which returns rows: `name`, `value`, `unit`, the
`reference` measured in the same run, the `ratio` to it, the `aim` and whether it `holds`. A row
that falls short says so; only a measurement that breaks ends the command with an error.
"""

import importlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from lms import env

NAMES = (
    "beats",
    "pages",
    "transcode",
    "pieces",
    "board",
    "rollup",
    "export",
    "exam-ops",
    "exam-storm",
    "sheet-reader",
    "final",
    "room",
    "picture",
    "latency",
)
COLUMNS = ("name", "value", "unit", "reference", "ratio", "aim", "holds")


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        print(f"no measurement is called {unknown[0]}; there are: {', '.join(NAMES)}")
        return 2
    if len(wanted) == 1:
        measure(wanted[0])
        return 0
    # Each in a process of its own: nothing one has loaded or warmed up reaches another.
    broken = [
        name
        for name in wanted or NAMES
        if subprocess.run([sys.executable, "-m", "bench", name], check=False).returncode
    ]
    for name in broken:
        print(f"{name} broke; its lines above say where")
    return 1 if broken else 0


def measure(name: str) -> None:
    started_at = time.monotonic()
    print(f"measuring {name} …", flush=True)
    rows: list[dict[str, Any]] = importlib.import_module(f"bench.{name.replace('-', '_')}").run()
    for row in rows:
        if set(row) != set(COLUMNS):
            raise ValueError(f"{name}: a row has {sorted(row)}, not {sorted(COLUMNS)}")
    target = write(name, rows)
    print(table(rows))
    short = [row["name"] for row in rows if row["holds"] is False]
    print(f"{name}: {time.monotonic() - started_at:.0f} s, written to {target}")
    for row in short:
        print(f"falls short: {row}")


def write(name: str, rows: list[dict[str, Any]]) -> Path:
    target = env.BASE_DIR / "var" / "bench" / f"{name}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    return target


def shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "holds" if value else "SHORT"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def table(rows: list[dict[str, Any]]) -> str:
    lines = [COLUMNS, *(tuple(shown(row[column]) for column in COLUMNS) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
