"""A school with a class that is open, for measurements of its room and of its picture."""

import json
import sys
from typing import Any

from lms import env

PEOPLE = 200
SPEAKERS = 10


def seed() -> dict[str, Any]:
    """A class in its waiting room, its teacher, and people who may attend it."""
    from bench.crowds import sessions_of
    from live.classroom import services
    from tests.factories.live import make_live_class
    from tests.factories.members import make_branch_tree, make_instructor, make_member

    tree = make_branch_tree()
    teacher = make_instructor(tree.general)
    live_class = make_live_class(tree.general, by=teacher)
    services.open_waiting(by=teacher, live_class=live_class)
    people = [make_member(tree.first) for _each in range(PEOPLE)]
    speakers = [make_member(tree.second) for _each in range(SPEAKERS)]
    return {
        "class": live_class.pk,
        "teacher": sessions_of([teacher])[0],
        "sessions": sessions_of(people),
        "speakers": sessions_of(speakers),
    }


if __name__ == "__main__":
    import django

    assert sys.argv[1] == "seed"
    env.point_django_at_settings()
    django.setup()
    print(json.dumps(seed()))
