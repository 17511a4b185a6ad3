"""Lengths of files: named from 400 lines on, refused above 600."""

import subprocess
import sys
from pathlib import Path

LONG, TOO_LONG = 400, 600
SUFFIXES = {".py", ".ts", ".css", ".html", ".mjs"}


def main() -> int:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [Path(line) for line in listed.stdout.splitlines()]
    lengths = {
        path: path.read_text().count("\n")
        for path in paths
        if path.suffix in SUFFIXES and path.is_file() and "generated" not in path.parts
    }
    too_long = False
    for path, lines in sorted(lengths.items(), key=lambda item: -item[1]):
        if lines > TOO_LONG:
            too_long = True
            print(
                f"{path} has {lines} lines; more than {TOO_LONG} are refused: split it by meaning"
            )
        elif lines > LONG:
            print(f"warning: {path} has {lines} lines, near the limit of {TOO_LONG}")
    return 1 if too_long else 0


if __name__ == "__main__":
    sys.exit(main())
