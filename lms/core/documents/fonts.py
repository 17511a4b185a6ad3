"""Which fonts print a text: the school's own, and a full one of the system where it lacks a sign.

The shipped font has some thirty thousand characters, those of nearly every name. A few names use
others, and a name with a hole in it must never leave the school: every text is checked before it is
printed.
"""

import functools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _
from fontTools.ttLib import TTCollection, TTFont
from pylopdf_fonts_zh_cn import serif_path

from lms.core.errors import DomainError

FAMILY = "Noto Serif SC"
SHIPPED = serif_path()
FONT_PACKAGE = "fonts-noto-cjk"
# Full fonts as Debian and others install them, the one that looks like ours first.
SYSTEM_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
FULL_FONTS = (
    "NotoSerifCJK-Regular.ttc",
    "SourceHanSerifSC-Regular.otf",
    "NotoSansCJK-Regular.ttc",
    "SourceHanSansSC-Regular.otf",
)
# The signs of joining and of variant shapes, which no font draws by themselves.
UNDRAWN = {"Cc", "Cf", "Mn", "Zl", "Zp", "Zs"}


class UnprintableCharacterError(DomainError):
    """Some character is in no font of this machine."""


@dataclass(frozen=True)
class Face:
    """One font that can be used: its family's name, its file, and what it can draw."""

    family: str
    path: Path
    characters: frozenset[int]


@functools.cache
def shipped_face() -> Face:
    """The font that comes with the school's packages."""
    with TTFont(SHIPPED, lazy=True) as font:
        return Face(FAMILY, SHIPPED, frozenset(font.getBestCmap()))


@functools.cache
def full_faces(folders: tuple[Path, ...] = SYSTEM_FOLDERS) -> tuple[Face, ...]:
    """The full Chinese fonts of the machine, best first."""
    return tuple(_found(folders))


def _found(folders: tuple[Path, ...]) -> Iterator[Face]:
    for name in FULL_FONTS:
        for path in (found for folder in folders for found in sorted(folder.rglob(name))):
            face = _chinese(path)
            if face is not None:
                yield face


def _chinese(path: Path) -> Face | None:
    """The simplified Chinese font in a file, which may hold those of several languages."""
    if path.suffix != ".ttc":
        with TTFont(path, lazy=True) as font:
            return Face(_family(font), path, frozenset(font.getBestCmap()))
    with TTCollection(path, lazy=True) as collection:
        for font in collection:
            if _family(font).endswith(" SC"):
                return Face(_family(font), path, frozenset(font.getBestCmap()))
    return None


def _family(font: TTFont) -> str:
    names = font["name"]
    return str(names.getDebugName(16) or names.getDebugName(1))


def faces_for(text: str, folders: tuple[Path, ...] = SYSTEM_FOLDERS) -> list[Face]:
    """The fonts that together draw all of `text`; ours alone wherever it can.

    Raises UnprintableCharacterError with the characters and the package that has them.
    """
    faces = [shipped_face()]
    missing = {
        ord(character) for character in text if unicodedata.category(character) not in UNDRAWN
    } - shipped_face().characters
    for face in full_faces(folders) if missing else ():
        if missing & face.characters:
            faces.append(face)
            missing -= face.characters
    if missing:
        raise UnprintableCharacterError(
            _(
                "“%(characters)s”在本机的字体里没有，印不出来。请系统管理员安装字体包 "
                "%(package)s（apt-get install %(package)s）后再试；仍然不行，请核对这个字。"
            )
            % {
                "characters": "、".join(_named(code) for code in sorted(missing)),
                "package": FONT_PACKAGE,
            }
        )
    return faces


def _named(code: int) -> str:
    """The character and its number, since where it is missing it may not show either."""
    return f"{chr(code)} U+{code:04X}"
