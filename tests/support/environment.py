"""What the environment says while tests run; imported before Django reads its settings.

Each pytest process takes a free *slot*: its own database, Redis database and media folder, so any
number of them may run at once, and beside `make run`, without seeing one another.
"""

import contextlib
import fcntl
import os
import shutil
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = BASE_DIR / "var" / "test"
SLOTS = range(1, 32)  # Redis is started with 32 databases


def _take_slot() -> int:
    """The first slot no living process has; the lock lasts as long as this process."""
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    for slot in SLOTS:
        descriptor = os.open(VAR_DIR / f"slot-{slot}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return slot
        os.close(descriptor)
    raise RuntimeError(f"more than {len(SLOTS)} test runs at once")


if "lms.env" in sys.modules:
    raise RuntimeError("Unset DJANGO_SETTINGS_MODULE: the tests must not see another database.")
SLOT = _take_slot()
DATABASE_NAME = f"test_lms_{SLOT}"
MEDIA_ROOT = VAR_DIR / f"media-{SLOT}"
shutil.rmtree(MEDIA_ROOT, ignore_errors=True)
MEDIA_ROOT.mkdir()

for name in ("DEBUG", "ALLOWED_HOSTS", "PUBLIC_URL", "HOST", "PORT", "MEDIA_BUCKET"):
    os.environ.pop(name, None)
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "lms.settings",
    "VAR_DIR": str(VAR_DIR),
    "MEDIA_ROOT": str(MEDIA_ROOT),
    "DATABASE_NAME": DATABASE_NAME,
    "REDIS_DATABASE": str(SLOT),
    "THROWAWAY_DATABASE": "1",
    "SECRET_KEY": "tests-only-" + "0123456789abcdef" * 4,
    "LOG_LEVEL": "WARNING",
}
