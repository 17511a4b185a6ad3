"""Making a PDF of a Typst template and data: `render_pdf`; knows nothing of what it prints.

Templates are `*.typ` files in the `paper` folders of the apps. Data goes in as JSON and is read
as data: no word of a person is ever read as markup. What a template needs of the school's look it
imports from `/lms/core/paper/school.typ`.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.template.utils import get_app_template_dirs

from lms.core.documents.fonts import faces_for


def render_pdf(template_name: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of `paper/<template_name>` of some app, filled with `data` (JSON values).

    The same data gives the same bytes. Slow (a second at first): to be called by a task, outside
    transactions. Raises UnprintableCharacterError if a character is in no font here.
    """
    return _compile(template_name, data, format="pdf")


def render_png(template_name: str, data: Mapping[str, Any], *, ppi: int = 72) -> bytes:
    """The first page as a picture, to be looked at."""
    return _compile(template_name, data, format="png", ppi=ppi)


def _compile(template_name: str, data: Mapping[str, Any], **options: Any) -> bytes:
    faces = faces_for("".join(_texts(data)))
    made = typst.compile(
        str(_template(template_name)),
        root=str(settings.BASE_DIR),
        font_paths=sorted({str(face.path.parent) for face in faces}),  # folders only
        ignore_system_fonts=True,
        sys_inputs={
            "data": json.dumps(data, ensure_ascii=False),
            "faces": json.dumps([face.family for face in faces]),
        },
        **options,
    )
    assert isinstance(made, bytes)
    return made


def _template(name: str) -> Path:
    for folder in get_app_template_dirs("paper"):
        path = Path(folder) / name
        if path.is_file():
            return path
    raise LookupError(f"no app has paper/{name}")


def _texts(value: Any) -> Iterator[str]:
    """Every string in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
