"""What a certificate says, how it is numbered and coded, and what a stranger may see; pure."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

# Crockford's base 32: nothing that is mistaken for something else when read aloud or typed.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 20  # a hundred bits
CODE_GROUP = 5
_MISTAKEN = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True)
class Facts:
    """What was true on the day of issue; kept as JSON and never changed afterwards.

    Dates are ISO; `hours` and `credits` are plain figures as printed.
    """

    name: str
    member_number: str  # masked
    class_title: str
    starts_on: str
    ends_on: str
    hours: str
    credits: str
    words: str
    issuer: str
    issued_on: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Facts":
        return cls(**kept)

    @property
    def masked_name(self) -> str:
        return masked_name(self.name)

    @property
    def starts_day(self) -> dt.date:
        return dt.date.fromisoformat(self.starts_on)

    @property
    def ends_day(self) -> dt.date:
        return dt.date.fromisoformat(self.ends_on)

    @property
    def issued_day(self) -> dt.date:
        return dt.date.fromisoformat(self.issued_on)


def masked_name(name: str) -> str:
    """张三丰 → 张**: the first character alone, and not how many follow."""
    return f"{name[:1]}**"


def masked_number(number: str) -> str:
    """400001 → 40**01: two at each end at most, and never more than half of it."""
    shown = min(2, len(number) // 4)
    if not shown:
        return "*" * len(number)
    return number[:shown] + "*" * (len(number) - 2 * shown) + number[-shown:]


def certificate_number(year: int, place: int) -> str:
    """2026-000123"""
    return f"{year}-{place:06d}"


def grouped(code: str) -> str:
    """The code as printed: ABCDE-FGHJK-MNPQR-STVWX."""
    return "-".join(code[start : start + CODE_GROUP] for start in range(0, len(code), CODE_GROUP))


def typed_code(text: str) -> str:
    """The code somebody typed or scanned, as it is kept; empty if it can be none."""
    bare = re.sub(r"[\s\-—–_]", "", text[:80]).upper().translate(_MISTAKEN)
    return bare if len(bare) == CODE_LENGTH and set(bare) <= set(ALPHABET) else ""
