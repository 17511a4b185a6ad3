"""Everything the environment can set; no other module reads it."""

import hashlib
import json
import os
import secrets
import tempfile
from pathlib import Path

import dj_database_url

# Where lxml is installed openpyxl would read with it, which resolves no entity but does not refuse
# a file that has some; without it openpyxl reads with defusedxml.
os.environ["OPENPYXL_LXML"] = "False"

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var")).resolve()


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def _listed(name: str) -> list[str]:
    return [item.strip() for item in os.environ.get(name, "").split(",") if item.strip()]


def _kept_secret() -> str:
    """The signing key of a one-machine school: made once, readable by its owner only."""
    path = VAR_DIR / "secret-key"
    try:
        return path.read_text()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process of the same start was faster
        return path.read_text()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(64))
    return path.read_text()


DEBUG = _flag("DEBUG")
SECRET_KEY_GIVEN = bool(os.environ.get("SECRET_KEY"))
SECRET_KEY = os.environ.get("SECRET_KEY") or _kept_secret()
# Earlier ones, while what was signed or kept under them is still in use.
SECRET_KEY_FALLBACKS = _listed("SECRET_KEY_FALLBACKS")
HOST = os.environ.get("HOST", "127.0.0.1")
PORT = int(os.environ.get("PORT", "8000"))
ALLOWED_HOSTS = _listed("ALLOWED_HOSTS")
EVERYWHERE = HOST in {"0.0.0.0", "::"}  # noqa: S104
PUBLIC_URL = os.environ.get(
    "PUBLIC_URL",
    f"http://{'127.0.0.1' if EVERYWHERE else f'[{HOST}]' if ':' in HOST else HOST}:{PORT}",
)
TRUSTED_PROXIES = os.environ.get("TRUSTED_PROXIES", "127.0.0.1,::1")  # may say who the client is
HTTPS = PUBLIC_URL.startswith("https://")


def _run_dir() -> Path:
    """Where the sockets are. A socket's path may have 107 bytes, so a deep checkout's are in /tmp.

    The name is the same for every process of that checkout.
    """
    directory = VAR_DIR / "run"
    if len(os.fsencode(directory / ".s.PGSQL.5432.lock")) <= 100:
        return directory
    name = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"lms-{os.geteuid()}-{name}"


RUN_DIR = _run_dir()
DATABASE_URL = os.environ.get("DATABASE_URL", "")
DATABASE = (
    dj_database_url.parse(DATABASE_URL)
    if DATABASE_URL
    else {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "lms",
        "USER": "lms",
        "HOST": str(RUN_DIR),
    }
)
if os.environ.get("DATABASE_NAME"):  # another database of the same server: tests, measurements
    DATABASE = {**DATABASE, "NAME": os.environ["DATABASE_NAME"]}
REDIS_URL_GIVEN = bool(os.environ.get("REDIS_URL"))
REDIS_DATABASE = int(os.environ.get("REDIS_DATABASE", "0"))
REDIS_URL = os.environ.get("REDIS_URL") or f"unix://{RUN_DIR}/redis.sock?db={REDIS_DATABASE}"
THROWAWAY_DATABASE = _flag("THROWAWAY_DATABASE")  # tests: speed before safety
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", VAR_DIR / "media"))
# "" keeps lectures in MEDIA_ROOT; "s3://bucket?endpoint=https://…" in a bucket all machines share.
MEDIA_STORAGE_URL = os.environ.get("MEDIA_STORAGE_URL", "")
# MEDIA_ROOT is a folder several machines share; a bucket is shared without saying so.
MEDIA_SHARED = _flag("MEDIA_SHARED")
# How much of it each worker keeps on its own disk.
MEDIA_CACHE_BYTES = int(os.environ.get("MEDIA_CACHE_BYTES", 20 * 1024**3))
# The keys of internal lectures are kept under this; under SECRET_KEY where it is not set.
MEDIA_KEY_SECRET = os.environ.get("MEDIA_KEY_SECRET", "")
MEDIA_BUCKET = os.environ.get("MEDIA_BUCKET", "")
MEDIA_ACCEL_PREFIX = os.environ.get("MEDIA_ACCEL_PREFIX", "")
FFMPEG = os.environ.get("FFMPEG", "")
# Where OBS sends to ("" where no nginx-rtmp is set up), where we fetch it from, and who may ask us
# whether a stream is let in.
LIVE_RTMP_URL = os.environ.get("LIVE_RTMP_URL", "").rstrip("/")
LIVE_RTMP_PULL = os.environ.get("LIVE_RTMP_PULL", "rtmp://127.0.0.1/live").rstrip("/")
LIVE_RTMP_HOSTS = _listed("LIVE_RTMP_HOSTS") or ["127.0.0.1", "::1"]
# By which servers two browsers of a live class find each other: RTCIceServer objects, in JSON.
LIVE_ICE_SERVERS = json.loads(os.environ.get("LIVE_ICE_SERVERS", "[]"))
# Which push services browsers may use once the school has turned push on: hosts, hosts below one,
# or whole origins of the school's own services. "none" for none.
PUSH_SERVICES = [
    service
    for service in _listed("PUSH_SERVICES")
    or [
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        "web.push.apple.com",
        "*.push.services.mozilla.com",
        "*.push.apple.com",
        "*.notify.windows.com",
    ]
    if service != "none"
]
# Whom a push service may write to about our messages, a mailto: or https: address.
PUSH_CONTACT = os.environ.get("PUSH_CONTACT", "mailto:webmaster@localhost.localdomain")
WEB_PROCESSES = int(os.environ.get("WEB_PROCESSES", min(2, os.cpu_count() or 1)))
LRS_ENDPOINT = os.environ.get("LRS_ENDPOINT", "")
LRS_KEY = os.environ.get("LRS_KEY", "")
LRS_SECRET = os.environ.get("LRS_SECRET", "")
LOG_LEVEL = os.environ.get("LOG_LEVEL", "INFO")
CI = _flag("CI")


def point_django_at_settings() -> None:
    """Name the settings module, for whatever loads Django next in this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")


def inherited() -> dict[str, str]:
    """The environment to hand to a process we start."""
    return dict(os.environ)
