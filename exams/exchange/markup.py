"""Between the HTML of a stem and plain text, both ways, without losing a picture or a line."""

import html
import re
from html.parser import HTMLParser

BLANK = "____"
_BLOCKS = {"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"}
# A picture in plain text: its file name between these.
_PICTURE = re.compile(r"\[图片：([^\]\n]{1,200})\]")


def to_html(text: str) -> str:
    """Plain text as HTML: lines become <br>, pictures their tag."""
    escaped = html.escape(text.strip(), quote=False)
    marked = _PICTURE.sub(lambda found: f'<img src="{html.escape(found[1])}" alt="">', escaped)
    return marked.replace("\n", "<br>")


def to_text(markup: str) -> str:
    """HTML as plain text: what stands in a block of its own gets a line of its own."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    lines = [re.sub(r"[ \t\r\f\v]+", " ", line).strip() for line in reader.text().split("\n")]
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br" or tag in _BLOCKS:
            self._pieces.append("\n")
        elif tag == "img":
            name = dict(attrs).get("src") or ""
            self._pieces.append(f"[图片：{name}]")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._pieces.append("\n")

    def handle_data(self, data: str) -> None:
        self._pieces.append(data)

    def text(self) -> str:
        return "".join(self._pieces)
