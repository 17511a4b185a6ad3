"""A school with a running final, for measurements: made by `seed`, pressed by `press`.

Both run in processes of their own, on the database they name. `press` does what a host does, one
press a line of its input, and says when it was committed and what was announced.
"""

import json
import sys
import time
from typing import Any

from lms import env

PEOPLE = 200
QUESTIONS = 40


def seed() -> dict[str, Any]:
    """A final with two teams that has begun, and people who may watch it."""
    from bench.crowds import sessions_of
    from exams.finals.models import FinalRound
    from tests.factories.finals import begin, join, make_lobby
    from tests.factories.members import make_branch_tree, make_member

    tree = make_branch_tree()
    final = make_lobby(tree.general, each=QUESTIONS, cap_ms=250)
    FinalRound.objects.filter(final=final).update(seconds=600)
    people = [make_member(tree.first) for _each in range(PEOPLE)]
    join(final, people[0])
    join(final, people[1], team=1)
    begin(final)
    return {"final": final.pk, "sessions": sessions_of(people)}


def press(final_id: int) -> None:
    """Ask and close in turn; a JSON line for each press."""
    from exams.finals import play_services, queries
    from exams.finals.models import Final
    from lms.core.rooms.hub import Batch
    from tests.factories.finals import ALL

    final = Final.objects.select_related("branch", "paper", "made_by").get(pk=final_id)
    announce = play_services.announce
    said: dict[str, Any] = {}

    def noted(room: str, batch: Batch) -> None:
        said.update(announced=time.time(), seq=batch.last, text=batch.text)
        announce(room, batch)

    play_services.announce = noted
    for _line in sys.stdin:
        state = queries.state_of(final)
        pressed = time.time()
        if state.open_turn is None:
            number = len(state.turns) + 1
            play_services.ask(final=final, by=final.made_by, turn=number, position=ALL)
        else:
            play_services.end_answering(final=final, by=final.made_by, turn=state.open_turn.number)
        print(json.dumps({"pressed": pressed, **said}), flush=True)


if __name__ == "__main__":
    import django

    env.point_django_at_settings()
    django.setup()
    if sys.argv[1] == "seed":
        print(json.dumps(seed()))
    else:
        press(int(sys.argv[2]))
