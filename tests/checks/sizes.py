"""Lengths of files: named from 400 lines on, refused above 600; and no file above a mebibyte."""

import subprocess
import sys
from pathlib import Path

LONG, TOO_LONG = 400, 600
HEAVY_BYTES = 1024**2
SUFFIXES = {".py", ".ts", ".css", ".html", ".mjs"}


def main() -> int:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [Path(line) for line in listed.stdout.splitlines()]
    heavy = [path for path in paths if path.is_file() and path.stat().st_size > HEAVY_BYTES]
    for path in heavy:
        print(f"{path} is larger than 1 MiB: what a package can bring stays out of the tree")
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
    return 1 if too_long or heavy else 0


if __name__ == "__main__":
    sys.exit(main())
