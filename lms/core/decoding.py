"""The text of a file made with a Chinese office program or editor: which encoding it is in.

Ordered attempts, not a guess by frequencies: a short Chinese text in GB18030 is too little to
count, and a statistical detector takes it for another language's.
"""

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


class UnknownEncodingError(ValueError):
    """Neither UTF-8 nor UTF-16 nor GB18030, or no text at all."""


def decoded(content: bytes) -> str:
    """The text of `content`, in UTF-8, UTF-16 or GB18030, without its byte order mark."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strictly(content, (encoding,))
    if b"\0" in content:
        return _strictly(content, _utf16_by_ascii(content))
    return _strictly(content, ("utf-8", "gb18030"))


def _utf16_by_ascii(content: bytes) -> tuple[str, ...]:
    """Without a mark, the zero half of ASCII letters says which end comes first."""
    low_first = content[1::2].count(0) >= content[0::2].count(0)
    return ("utf-16-le",) if low_first else ("utf-16-be",)


def _strictly(content: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnknownEncodingError
