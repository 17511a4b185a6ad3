"""`kill -9` between beats: every acknowledged beat is in the database."""

import datetime as dt
import json
import threading
from typing import Any

import httpx
import pytest

from courses.catalogue.models import LessonPage
from courses.progress.intervals import Policy, contains
from courses.progress.models import WatchSession
from courses.progress.tickets import TICKET_SECONDS, Ticket, issue_ticket
from lms.core import clock
from tests.factories import courses, progress
from tests.factories.members import make_member
from tests.support.processes import WebProcess, wait_until

LEARNERS = 8
HOUR = 3_600_000


class Learner(threading.Thread):
    """Sends one beat after the other for as long as there is a server; keeps what was acked."""

    def __init__(self, url: str, session: WatchSession) -> None:
        super().__init__()
        self.url = url
        self.session = session
        self.acked: set[int] = set()
        self.token = issue_ticket(
            Ticket(
                session.pk.hex,
                session.member_id,
                session.lesson_id,
                Policy(session.duration_ms, session.allowed_percent),
                int(clock.now().timestamp()) + TICKET_SECONDS,
            )
        )

    def run(self) -> None:
        with httpx.Client(base_url=self.url) as client:
            seq = 0
            while True:
                seq += 1
                beat = {"seq": seq, "from": seq * 1000, "to": seq * 1000 + 1000}
                body = {
                    "token": self.token,
                    "beats": [{**beat, "rate": 1, "visible": True}],
                }
                try:
                    answer = client.post("/beat/", content=json.dumps(body))
                except httpx.HTTPError:
                    return
                assert answer.status_code == 200
                self.acked.update(answer.json()["acked"])


@pytest.mark.slow
@pytest.mark.parametrize("beats", [50, 400])
def test_every_acknowledged_beat_is_there(web_process: WebProcess, beats: int) -> None:
    _course, [lesson] = courses.course_with_lessons(by=courses.editor())
    LessonPage.objects.filter(pk=lesson.pk).update(duration_ms=HOUR)
    began = clock.now() - dt.timedelta(minutes=20)
    sessions = [
        progress.sitting(make_member(password=None), lesson, opened_at=began, duration_ms=HOUR)
        for _ in range(LEARNERS)
    ]
    learners: list[Any] = [Learner(web_process.url, session) for session in sessions]
    for learner in learners:
        learner.start()
    wait_until(lambda: sum(len(learner.acked) for learner in learners) >= beats, what="beats")
    web_process.kill()
    for learner in learners:
        learner.join()

    for learner in learners:
        row = WatchSession.objects.get(pk=learner.session.pk)
        assert [seq for seq in learner.acked if not contains(row.seen, seq)] == []
        assert [seq for seq in learner.acked if not contains(row.covered, seq * 1000)] == []
        assert row.beats - len(learner.acked) in {0, 1}  # the one in flight may be there too
