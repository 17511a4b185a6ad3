"""What the page of one person is told of questions and hands, beside what everybody is."""

from typing import Any

from live.classroom.models import LiveClass
from live.hands import queries
from live.hands.ice import ice_servers
from live.hands.models import MOST_CHARS, LiveQuestion, QuestionState
from live.hands.question_services import told
from live.hands.services import place_of
from lms.members.models import Member


def ask_config(live_class: LiveClass, member: Member, leads: bool) -> dict[str, Any]:
    return {"most": MOST_CHARS, **look_at_questions(live_class, member, leads)}


def look_at_questions(live_class: LiveClass, member: Member, leads: bool) -> dict[str, Any]:
    """Every question this person may read, in their order, and which were voted for."""
    found = queries.questions(live_class, with_dismissed=True)
    return {
        "questions": [
            {**told(asked.question), "votes": asked.votes, "at": _ms(asked.question)}
            for asked in found
            if leads
            or asked.question.state != QuestionState.DISMISSED
            or asked.question.asked_by_id == member.pk
        ],
        "voted": queries.votes_of(live_class, member),
    }


def _ms(question: LiveQuestion) -> int:
    return int(question.asked_at.timestamp() * 1000)


def hands_config(live_class: LiveClass, member: Member, leads: bool) -> dict[str, Any]:
    """The servers to find each other by are for who leads; others are told on the stage."""
    return {
        "ice": ice_servers() if leads else [],
        "ahead": place_of(live_class, member),
    }
