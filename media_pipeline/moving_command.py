"""`python -m lms move-media --to s3://…`: lectures from the folder into a bucket, and back."""

import argparse
import sys
from collections.abc import Sequence

import django

from lms import embedded

HERE = "local"


def move_media(arguments: Sequence[str] = ()) -> None:
    """Move them; ends with 1 and a sentence a fault where something is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m lms move-media",
        description="Copy all lectures to another storage: first while the school is open, then"
        " again once MEDIA_STORAGE_URL names the new one.",
    )
    parser.add_argument("--to", required=True, help="local, or s3://bucket?endpoint=https://…")
    parser.add_argument("--from", dest="source", default=HERE, help="as --to (local if not said)")
    parser.add_argument(
        "--verify", action="store_true", help="read everything back and compare its SHA-256"
    )
    parser.add_argument(
        "--remove", action="store_true", help="remove the old copies once all is at the new place"
    )
    wanted = parser.parse_args(list(arguments))
    if wanted.source == wanted.to:
        parser.error("both ends are the same")
    with embedded.held():
        django.setup()
        from lms.core.errors import DomainError
        from media_pipeline import moving
        from media_pipeline.storage import UnknownStorageError, local_storage, storage_at

        try:
            source, target = (
                local_storage() if one == HERE else storage_at(one)
                for one in (wanted.source, wanted.to)
            )
            moved = moving.move_media(
                source=source,
                target=target,
                is_verified=wanted.verify,
                removes=wanted.remove,
                say=_say,
            )
        except (DomainError, UnknownStorageError) as error:
            sys.exit(str(error))
    _say(
        f"{moved.sent} files sent ({moved.sent_bytes} bytes), {moved.there} were there,"
        f" {moved.removed} removed"
    )
    if moved.faults:
        sys.exit("\n".join(moved.faults))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
