"""`python -m lms generate --members 1000000`: a made-up province in an empty database."""

import argparse
import sys
from collections.abc import Sequence

import django

from lms import embedded


def generate(arguments: Sequence[str] = ()) -> None:
    """Build it; ends with 1 and a sentence where there are people already."""
    parser = argparse.ArgumentParser(
        prog="python -m lms generate",
        description="Fill an empty, migrated database with a made-up province, for measuring.",
    )
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--entries", type=int, default=8, help="entries a member at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--sealed", action="store_true", help="compute the hash chains (minutes a million entries)"
    )
    wanted = parser.parse_args(list(arguments))
    with embedded.held():
        django.setup()
        from lms.core.errors import DomainError
        from lms.province.build import build_province

        try:
            build_province(
                members=wanted.members,
                entries=wanted.entries,
                seed=wanted.seed,
                sealed=wanted.sealed,
                say=_say,
            )
        except DomainError as error:
            sys.exit(str(error))
    if not wanted.sealed:
        _say("hash chains are not computed: verify-ledger would call every entry altered")
    _say("the administrator is G0000001: python -m lms changepassword G0000001")


def _say(line: str) -> None:
    print(line, flush=True)
