"""`check --deploy`: a safe school passes; each unsafe setting is refused by its own sentence."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import Error
from django.test import override_settings

from lms.core.checks import REFUSALS, refuse_unsafe_settings

DATABASE = {
    "HOST": "db.school.example",
    "PASSWORD": "secret",
    "OPTIONS": {"sslmode": "verify-full"},
}
SAFE = {
    "DEBUG": False,
    "SECRET_KEY_GIVEN": True,
    "SECRET_KEY": "b7Qz-0d4mXy2Lr9w_KfT5nHs8VgJ1cPe6UaYiRoMqWxZtBkDjN3",
    "ALLOWED_HOSTS": ["school.example"],
    "PUBLIC_URL": "https://school.example",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "EMBEDDED_DATABASE": False,
    "THROWAWAY_DATABASE": False,
    "DATABASE": DATABASE,
    "EMBEDDED_REDIS": False,
    "REDIS_URL": "rediss://:secret@redis.school.example/0",
    "DEMO_MARK": Path("/nonexistent/demo-school"),
    "LOG_LEVEL": "INFO",
}
OPEN_SCRIPTS = {"DIRECTIVES": {"script-src": ["'self'", "'unsafe-inline'"]}}
UNSAFE: list[tuple[str, dict[str, Any]]] = [
    ("debug", {"DEBUG": True}),
    ("secret-key-missing", {"SECRET_KEY_GIVEN": False}),
    ("secret-key-weak", {"SECRET_KEY": "short"}),
    ("secret-key-weak", {"SECRET_KEY": "a" * 80}),
    ("hosts-any", {"ALLOWED_HOSTS": ["school.example", "*"]}),
    ("hosts-public-url", {"ALLOWED_HOSTS": ["other.example"]}),
    ("public-url-http", {"PUBLIC_URL": "http://school.example"}),
    ("cookies-open", {"SESSION_COOKIE_SECURE": False}),
    ("cookies-open", {"CSRF_COOKIE_SECURE": False}),
    ("cookies-open", {"SESSION_COOKIE_HTTPONLY": False}),
    ("hsts-off", {"SECURE_HSTS_SECONDS": 0}),
    ("database-embedded", {"EMBEDDED_DATABASE": True}),
    ("database-throwaway", {"THROWAWAY_DATABASE": True}),
    ("database-no-password", {"DATABASE": {**DATABASE, "PASSWORD": ""}}),
    ("database-plain", {"DATABASE": {**DATABASE, "OPTIONS": {}}}),
    ("redis-embedded", {"EMBEDDED_REDIS": True}),
    ("redis-no-password", {"REDIS_URL": "redis://redis.school.example/0"}),
    ("sessions-losable", {"SESSION_ENGINE": "django.contrib.sessions.backends.cache"}),
    ("demo-school", {"DEMO_MARK": Path(__file__)}),
    ("proxies-any", {"TRUSTED_PROXIES": "*"}),
    ("scripts-open", {"CONTENT_SECURITY_POLICY": OPEN_SCRIPTS}),
    ("password-hash-weak", {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"]}),
    ("sign-in-unlimited", {"AXES_FAILURE_LIMIT": 10_000}),
    ("sign-in-unlimited", {"AXES_ENABLED": False}),
    ("api-open", {"REST_FRAMEWORK": {"DEFAULT_PERMISSION_CLASSES": []}}),
    ("files-open", {"MEDIA_ROOT": settings.STATIC_ROOT / "media"}),
    ("documents-open", {"WAGTAILDOCS_SERVE_METHOD": "direct"}),
    ("pictures-with-scripts", {"WAGTAILIMAGES_EXTENSIONS": ["png", "svg"]}),
    ("requests-unlimited", {"DATA_UPLOAD_MAX_MEMORY_SIZE": None}),
    ("log-everything", {"LOG_LEVEL": "DEBUG"}),
]


def refused(**changed: Any) -> list[str]:
    with override_settings(**{**SAFE, **changed}):
        messages = refuse_unsafe_settings()
    assert all(isinstance(message, Error) for message in messages)
    return [str(message.id) for message in messages]


def test_a_safe_school_is_not_refused() -> None:
    assert refused() == []


@pytest.mark.parametrize(("name", "changed"), UNSAFE, ids=[f"{name}" for name, _ in UNSAFE])
def test_an_unsafe_setting_is_refused(name: str, changed: dict[str, Any]) -> None:
    assert refused(**changed) == [f"lms.{name}"]


def test_a_local_address_is_refused_with_what_follows_from_it() -> None:
    assert refused(PUBLIC_URL="https://127.0.0.1", ALLOWED_HOSTS=["127.0.0.1"]) == [
        "lms.public-url-local"
    ]


def test_every_refusal_has_a_test() -> None:
    assert {refusal.id for refusal in REFUSALS} == {name for name, _ in UNSAFE} | {
        "public-url-local"
    }


def test_every_refusal_is_one_sentence() -> None:
    assert all(str(refusal.sentence).endswith("。") for refusal in REFUSALS)
