"""The code a person without a password signs in with, once, to choose one.

Made from the school's secret, a salt kept with the member and the member number, so that ten
thousand of them cost nothing to issue and none is stored. About 49 bits: far more than anybody
can try through the throttle in the weeks a code is good for.
"""

import hashlib
import hmac
import unicodedata

# No 0 O 1 I L: these are read off paper.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 10


def code_for(*, secret: str, salt: str, number: str) -> str:
    """The code in groups as it is printed: `K7QW-3MXA-9T`."""
    key = hashlib.sha256(b"members.first_code\0" + secret.encode()).digest()
    digest = hmac.new(key, f"{salt}\0{number}".encode(), hashlib.sha256).digest()
    value = int.from_bytes(digest, "big")
    letters = []
    for _ in range(LENGTH):
        value, letter = divmod(value, len(ALPHABET))
        letters.append(ALPHABET[letter])
    code = "".join(letters)
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def same_code(typed: str, code: str) -> bool:
    """`typed` means `code`, however it was spaced, cased or widened by an input method."""
    return hmac.compare_digest(_plain(typed).encode(), _plain(code).encode())


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(letter for letter in folded if letter.isalnum())
