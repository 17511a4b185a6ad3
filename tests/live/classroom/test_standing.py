"""How a class stands, read while things happen."""

import threading

import pytest
from django.db import connection, transaction

from live.classroom import standing, telling
from live.classroom.services import open_waiting
from tests.factories.live import make_live_class
from tests.factories.members import make_branch_tree, make_instructor

pytestmark = pytest.mark.django_db(transaction=True)

EVENTS = 150


def test_what_is_shown_is_never_older_than_its_number() -> None:
    tree = make_branch_tree()
    teacher = make_instructor(tree.general)
    live_class = make_live_class(tree.general, by=teacher)
    open_waiting(by=teacher, live_class=live_class)

    def happen() -> None:
        for number in range(EVENTS):
            with transaction.atomic():
                held = telling.lock(live_class.pk)
                telling.tell(held, "probe", {"n": number}, shown={"probe": number})
        connection.close()

    happening = threading.Thread(target=happen)
    happening.start()
    seen = -1
    while seen < EVENTS - 1:
        said = standing.now(live_class.pk, 0)
        if said["events"][-1]["kind"] == "probe":
            seen = said["events"][-1]["n"]
            assert said["set"]["probe"] >= seen
    happening.join()
