"""Reads one file in a process of its own: `python -m exams.sheets.reading_process FOLDER`.

The folder holds `job.json` (the forms' layouts, the pages wanted) and `file`; it is left with a
line of `results.jsonl` and, where a page was found, a `N.jpg` for each page.
"""

import json
import sys
from pathlib import Path
from typing import Any

import cv2

from exams.sheets.layout import SheetLayout
from exams.sheets.opening import UnreadableFileError, pictures
from exams.sheets.reader import PageRead, read_page

QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 80]
LONGEST_REFUSED = 1400  # what was not found is kept smaller, to be looked at


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
                cv2.imwrite(str(folder / f"{position}.jpg"), _kept(read, picture), QUALITY)
                tell(position=position, reading=read.reading.as_json())
        except UnreadableFileError as refused:
            tell(refused=refused.reason)
        else:
            tell(done=True)


def _kept(read: PageRead, picture: Any) -> Any:
    if read.straight is not None:
        return read.straight
    ratio = min(1.0, LONGEST_REFUSED / max(picture.shape))
    return cv2.resize(picture, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
