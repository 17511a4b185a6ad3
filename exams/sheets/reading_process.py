"""Reads one file in a process of its own: `python -m exams.sheets.reading_process FOLDER`.

The folder holds `job.json` (the forms' layouts, the pages wanted) and `file`; it is left with a
line of `results.jsonl` and, where a page was found, a `N.jpg` for each page.
"""

import json
import sys
from pathlib import Path
from typing import Any

from exams.sheets.file_kinds import UnreadableFileError
from exams.sheets.layout import SheetLayout
from exams.sheets.opening import pictures
from exams.sheets.reader import kept_picture, read_page


def main(folder: Path) -> None:
    """Read what the folder's job says."""
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    layouts = {form: SheetLayout.of_json(said) for form, said in job["layouts"].items()}
    wanted = set(job["positions"] or ())
    with (folder / "results.jsonl").open("w", encoding="utf-8") as results:

        def tell(**said: Any) -> None:
            results.write(json.dumps(said) + "\n")
            results.flush()

        try:
            for position, picture in enumerate(pictures(folder / "file"), start=1):
                if wanted and position not in wanted:
                    continue
                read = read_page(picture, layouts=layouts)
                (folder / f"{position}.jpg").write_bytes(kept_picture(read, picture))
                tell(position=position, reading=read.reading.as_json())
        except UnreadableFileError as refused:
            tell(refused=refused.reason)
        else:
            tell(done=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
