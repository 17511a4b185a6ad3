"""Words with a little markup: taken from who writes, made harmless, and given back for editing."""

import html
import re

import nh3

TAGS = {
    "p", "br", "b", "strong", "i", "em", "u", "sub", "sup", "ul", "ol", "li", "table", "thead",
    "tbody", "tr", "th", "td", "blockquote",
}  # fmt: skip
_BLOCK = re.compile(r"</?(?:p|ul|ol|li|table|thead|tbody|tr|th|td|blockquote)\b", re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")


def kept_stem(written: str) -> str:
    """What is kept of what somebody wrote: harmless HTML, paragraphs made of its lines."""
    text = written.replace("\r\n", "\n").strip()
    if not _BLOCK.search(text):
        paragraphs = re.split(r"\n\s*\n", text)
        text = "".join(
            f"<p>{paragraph.strip().replace(chr(10), '<br>')}</p>"
            for paragraph in paragraphs
            if paragraph.strip()
        )
    clean = nh3.clean(text, tags=TAGS, attributes={"th": {"colspan"}, "td": {"colspan"}})
    return clean if plain_stem(clean) else ""


def editable_stem(stem: str) -> str:
    """A kept stem as it is edited: lines again where it has nothing but lines."""
    bare = re.sub(r"<br\s*/?>", "\n", stem)
    bare = bare.removeprefix("<p>").removesuffix("</p>").replace("</p><p>", "\n\n")
    return stem if _BLOCK.search(bare) else bare


def plain_stem(stem: str) -> str:
    """The words of a stem, in one line."""
    spaced = re.sub(r"<(?:br|/p|/li|/tr|/t[dh])\b[^>]*>", " ", stem)
    return " ".join(html.unescape(_TAG.sub("", spaced)).split())
