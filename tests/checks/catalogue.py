"""The English catalogue: what the code says in Chinese, extracted without GNU gettext.

Beside it stands a Chinese one for what Wagtail leaves in English. Compiled, it also says each of
our own words as itself: a word in no catalogue is looked up in every one there is, Django's and
Wagtail's thirty, each time it is said.

`python -m tests.checks.catalogue --write` brings lms/locale up to date after words have changed
(new ones are added untranslated, unused ones go) and compiles it; the compiled file is committed,
so that the school starts without a compiler of catalogues.
"""

import ast
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from lms import env

ROOT = Path(__file__).resolve().parents[2]
LOCALES = ROOT / "lms/locale"
SOURCE = LOCALES / "en/LC_MESSAGES/django.po"
# Words of Wagtail that its own Chinese catalogue lacks; kept by hand, compiled here.
SUPPLEMENT = ROOT / "lms/locale/zh_Hans/LC_MESSAGES/django.po"
PACKAGES = ("lms", "courses", "media_pipeline", "exams", "live")
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
PLACE = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")

# Django's functions and what their arguments are; a context makes two entries of one word.
FUNCTIONS: dict[str, tuple[int | tuple[int, str], ...]] = {
    "_": (1,),
    "gettext": (1,),
    "gettext_lazy": (1,),
    "gettext_noop": (1,),
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def sources() -> list[Path]:
    """Every file of ours that may speak to people, committed or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = {ROOT / line for line in listed.stdout.splitlines()}
    return sorted(
        path
        for path in paths
        if path.is_file()
        and (
            path.suffix == ".py" or (path.suffix in {".html", ".txt"} and "templates" in path.parts)
        )
    )


def python_of(path: Path) -> str:
    """A module as it stands; a template as Django's calls of gettext, a line for a line."""
    text = path.read_text()
    if path.suffix == ".py":
        return text
    from django.utils.translation.template import templatize

    # Template indentation means nothing to Python's tokens, and must not.
    return "\n".join(line.strip() for line in templatize(text).split("\n"))


def spoken() -> Catalog:
    """All the words of the code, with the files they stand in."""
    catalog = Catalog(locale="en", project="Online party school", charset="utf-8")
    for path in sources():
        code = python_of(path).encode()
        for _line, words, _comments, context in extract("python", io.BytesIO(code), FUNCTIONS):
            catalog.add(words, locations=[(str(path.relative_to(ROOT)), 0)], context=context)
    return catalog


def computed() -> list[str]:
    """Calls of gettext whose words are put together at run time: nobody can translate those."""
    found = []
    for path in sources():
        if path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in FUNCTIONS
                and not (node.args and isinstance(node.args[0], ast.Constant))
            ):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    return found


def supplement() -> Catalog:
    with SUPPLEMENT.open("rb") as file:
        return read_po(file, locale="zh_Hans", charset="utf-8")


def committed(source: Path = SOURCE) -> Catalog:
    with source.open("rb") as file:
        return read_po(file, locale=source.parts[-3], charset="utf-8")


def every_source() -> list[Path]:
    return sorted(LOCALES.glob("*/LC_MESSAGES/django.po"))


def entries(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def key(message: Message) -> tuple[str | None, str]:
    words = message.id
    return message.context, words if isinstance(words, str) else words[0]


def forms(words: str | tuple[str, ...] | list[str]) -> list[str]:
    return [words] if isinstance(words, str) else list(words)


def in_chinese() -> Catalog:
    """The supplement, and the words of the code, which need no translation."""
    catalog = supplement()
    for message in entries(spoken()):
        words = forms(message.id)[0]
        if CHINESE.search(words):
            string = (words,) if isinstance(message.id, tuple) else words
            catalog.add(message.id, string, context=message.context)
    return catalog


def compiled(source: Path) -> bytes:
    """What the binary beside `source` holds."""
    catalog = in_chinese() if source == SUPPLEMENT else committed(source)
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def faults() -> list[str]:
    """What is wrong with the committed catalogue, a line each."""
    now, kept = spoken(), committed()
    said = {key(message) for message in entries(now)}
    known = {key(message) for message in entries(kept)}
    found = [f"{place}: words put together at run time" for place in computed()]
    found += [f"missing: {words}" for _context, words in sorted(said - known, key=str)]
    found += [f"no longer said: {words}" for _context, words in sorted(known - said, key=str)]
    for message in entries(kept):
        words, translated = forms(message.id), forms(message.string or "")
        if not all(translated):
            found.append(f"untranslated: {words[0]}")
            continue
        if message.fuzzy:
            found.append(f"fuzzy: {words[0]}")
        wanted = {place for form in words for place in PLACE.findall(form)}
        # The singular may write its number out.
        if set(PLACE.findall(translated[-1])) != wanted or any(
            not set(PLACE.findall(form)) <= wanted for form in translated
        ):
            found.append(f"other places than the Chinese: {words[0]}")
    for source in every_source():
        binary = source.with_suffix(".mo")
        if not binary.exists() or binary.read_bytes() != compiled(source):
            found.append(f"{binary.relative_to(ROOT)} is not what its {source.name} says")
    return found


def write() -> None:
    """Add what is new, drop what is gone, keep every translation; then compile."""
    now = spoken()
    if SOURCE.exists():
        kept = committed()
        now.creation_date = kept.creation_date
        kept.update(now, no_fuzzy_matching=True)
        kept.obsolete.clear()
    else:
        SOURCE.parent.mkdir(parents=True, exist_ok=True)
        kept = now
    kept.fuzzy = False
    kept.version = "1"
    kept.msgid_bugs_address = kept.last_translator = kept.language_team = "the school's maintainers"
    kept.revision_date = kept.creation_date
    kept.header_comment = "# What the school says, in English."
    with SOURCE.open("wb") as file:
        write_po(file, kept, width=100, sort_by_file=True, include_lineno=False)
    for source in every_source():
        source.with_suffix(".mo").write_bytes(compiled(source))


def main(arguments: list[str]) -> int:
    env.point_django_at_settings()
    if "--write" in arguments:
        write()
    found = faults()
    print(*(f"{line}\n" for line in found), sep="", end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
