"""What the tests of the bank share."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from exams.questions.models import Question
from exams.questions.services import Written
from tests.factories.members import make_branch_tree, make_instructor
from tests.factories.questions import make_question


@pytest.fixture
def demo_question(db: None) -> Callable[[Any], tuple[Client, Question]]:
    """`demo_question(text)`: a question of the demo bank, and its author's browser."""

    def write(text: Any) -> tuple[Client, Question]:
        branch = make_branch_tree().first
        by = make_instructor(branch)
        written = Written(text.stem, text.content, text.key, text.explanation)
        client = Client()
        client.force_login(by)
        return client, make_question(branch, by=by, kind=text.kind, written=written)

    return write
