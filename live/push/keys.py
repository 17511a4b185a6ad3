"""The school's key pair for push: made once, the private half encrypted at rest, never logged."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from django.conf import settings
from django.utils.encoding import force_bytes
from django.utils.translation import gettext as _

from live.push.endpoints import packed, unpacked
from lms.core.errors import DomainError

_NONCE = 12


class KeyUnreadableError(DomainError):
    """The secret the key is kept under is another one now."""

    def __init__(self) -> None:
        super().__init__(
            _("推送用的密钥无法读取，可能更换过服务器密钥。请先关闭推送，再重新开启。")
        )


def _wrapping() -> list[AESGCM]:
    return [
        AESGCM(HKDF(SHA256(), 32, None, b"live.push.keys").derive(force_bytes(secret)))
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]


def make_pair() -> tuple[str, bytes]:
    """The public key as browsers take it, and the private one sealed."""
    made = ec.generate_private_key(ec.SECP256R1())
    point = made.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    private = made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    nonce = os.urandom(_NONCE)
    return packed(point), nonce + _wrapping()[0].encrypt(nonce, private, point)


def opened(public_key: str, sealed: bytes) -> ec.EllipticCurvePrivateKey:
    """The private key of a pair. Raises KeyUnreadableError."""
    for wrapping in _wrapping():
        try:
            found = wrapping.decrypt(sealed[:_NONCE], sealed[_NONCE:], unpacked(public_key))
        except InvalidTag:
            continue
        key = load_der_private_key(found, password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key
    raise KeyUnreadableError
