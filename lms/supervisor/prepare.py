"""`python -m lms prepare`: the database as this version of the code needs it."""

import time
from collections.abc import Sequence

import django

from lms import embedded, env

DEMO_MARK = env.VAR_DIR / "demo-school"  # settings.DEMO_MARK: `check --deploy` looks for it
# A school that says just "built" is from before there were question banks.
BUILDING, BUILT_WITHOUT_BANKS, BUILT = "building", "built", "built with question banks"


def prepare(arguments: Sequence[str] = ()) -> None:
    """Migrate, and on the very first start of a one-machine school build the demo school."""
    with embedded.held():
        django.setup()
        _migrate()
        if not env.DATABASE_URL and _is_first_start():
            build_demo()
        elif _lacks_banks():
            add_demo_banks()


def demo(arguments: Sequence[str] = ()) -> None:
    """`python -m lms demo`: build the demo school, or finish building it."""
    with embedded.held():
        django.setup()
        _migrate()
        build_demo()


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        _say(f"applying {len(plan)} migrations …")
        started_at = time.monotonic()
        call_command("migrate", verbosity=0, interactive=False)
        _say(f"migrated in {time.monotonic() - started_at:.0f} s")


def _is_first_start() -> bool:
    """No member yet, or a demo school whose building was cut off."""
    from lms.members.models import Member

    if DEMO_MARK.exists():
        return DEMO_MARK.read_text() == BUILDING
    return not Member.objects.exists()


def _lacks_banks() -> bool:
    """Once a school: what somebody takes out of the banks afterwards stays out."""
    return DEMO_MARK.exists() and DEMO_MARK.read_text() == BUILT_WITHOUT_BANKS


def add_demo_banks() -> None:
    from lms.demo.school import add_banks

    add_banks(_say)
    DEMO_MARK.write_text(BUILT)


def build_demo() -> None:
    from lms.demo.school import build_demo_school

    _say("building the demo school …")
    started_at = time.monotonic()
    DEMO_MARK.write_text(BUILDING)
    build_demo_school(_say)
    DEMO_MARK.write_text(BUILT)
    _say(f"demo school built in {time.monotonic() - started_at:.0f} s")


def _say(line: str) -> None:
    print(line, flush=True)
