"""Who asks for what of whom: the audiences and the objects the cases of the matrix name."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from exams.attempts.models import Attempt, AttemptState
from exams.gatherings.tokens import token_for
from live.hours.queries import token_key as venue_key
from lms.core import clock
from lms.members.models import RosterState
from tests.support.matrix import (
    BRANCHES,
    OWN,
    PARENT,
    ROLES,
    SELF,
    SIBLING,
    SIGNED_IN,
    WHERES,
    World,
)

Arguments = Callable[[World, str, str], dict[str, Any]]
ANY = ("",)  # a route without an object: there is only one of it

# --- Who reaches whose --------------------------------------------------------------------------

EVERYBODY = dict.fromkeys(ROLES, ANY)
WHO_SIGNED_IN = dict.fromkeys(SIGNED_IN, ANY)
OVERSEERS = dict.fromkeys(("secretary", "administrator", "school"), ANY)
TEACHERS = dict.fromkeys(("instructor", "administrator", "school"), ANY)
ADMINISTRATORS = dict.fromkeys(("administrator", "school"), ANY)
# One's own things, whatever one's role.
ONESELF = dict.fromkeys(SIGNED_IN, (SELF,))
# A branch's figures and people: its secretary, and the administrators of it and above.
BOARD = {
    "secretary": (SELF, OWN),
    "administrator": (SELF, OWN),
    "school": (OWN, SIBLING, PARENT),
}
# Members whose hours one corrects: those one looks after, never oneself.
OTHERS = {"secretary": (OWN,), "administrator": (OWN,), "school": (OWN, SIBLING, PARENT)}
# What is said about somebody's hours: that person, and who looks after the branch.
ABOUT = {role: (SELF, *OTHERS.get(role, ())) for role in SIGNED_IN}
# A gathering: who looks after the branch that holds it.
HOSTS = {
    "secretary": (OWN,),
    "administrator": (OWN,),
    "school": (OWN, SIBLING, PARENT),
}
# Recordings: who teaches in the branch or administers it.
LECTURES = {"instructor": (OWN,), "administrator": (OWN,), "school": (OWN, SIBLING, PARENT)}
# The question bank: as recordings.
TEACHERS_THERE = LECTURES
# Practice: who belongs to the branch whose questions they are or below it. An administrator of
# the tree belongs to its root.
BELONGING = dict.fromkeys(("member", "instructor", "secretary", "administrator"), (OWN, PARENT))
# Courses: who belongs to the branch they are for or below it, and who teaches there.
AUDIENCE = {
    "member": (OWN, PARENT),
    "instructor": (OWN, PARENT),
    "secretary": (OWN, PARENT),
    "administrator": (OWN, PARENT),
    "school": (OWN, SIBLING, PARENT),
}
# A class's meeting rooms and the attendance of others: who looks after people it is for.
LIVE_HOSTS = {
    **dict.fromkeys(("secretary", "administrator"), (OWN, PARENT)),
    "school": (OWN, SIBLING, PARENT),
}
LIVE_OTHERS = {**LIVE_HOSTS, "instructor": (OWN,)}
# Exams: who belongs to the branch that holds it or below it.
SITTERS = dict.fromkeys(SIGNED_IN, (OWN, PARENT))
SITTERS["school"] = ()
RECORDS = {"administrator": (SELF, OWN), "school": (SELF, OWN, SIBLING, PARENT)}
BRANCH_RECORDS = {"administrator": (OWN,), "school": (OWN, SIBLING, PARENT)}
CLASSES = {"secretary": (OWN,), **BRANCH_RECORDS}
CERTIFICATES = {
    **dict.fromkeys(SIGNED_IN, (SELF,)),
    "secretary": (SELF, OWN),
    "administrator": (SELF, OWN),
    "school": (SELF, OWN, SIBLING, PARENT),
}
# A version of the rules: whom it binds, and who looks after such people.
BOUND = {
    **dict.fromkeys(("member", "instructor", "secretary", "administrator"), (OWN, PARENT)),
    "school": (OWN, SIBLING, PARENT),
}
# Reliefs are asked for others whom one looks after; the member reads the own.
RELIEFS = {
    **dict.fromkeys(("member", "instructor"), (SELF,)),
    **dict.fromkeys(("secretary", "administrator"), (SELF, OWN)),
    "school": (SELF, OWN, SIBLING, PARENT),
}
# What is looked into by the level above: the branch's own people do not decide about it.
ABOVE = {"school": (OWN, SIBLING, PARENT)}
# Results of an exam: who looks after a branch of those it is held for.
RESULTS = {
    **dict.fromkeys(("secretary", "administrator"), (OWN, PARENT)),
    "school": (OWN, SIBLING, PARENT),
}
# A form that was brought in for a branch: removed by who looks after that branch.
BRANCH_FORMS = HOSTS
NOBODY: dict[str, tuple[str, ...]] = {}


@dataclass(frozen=True)
class Case:
    """How one route is asked for, and who reaches whose object there."""

    allowed: dict[str, tuple[str, ...]]
    arguments: Arguments = lambda world, where, role: {}
    wheres: tuple[str, ...] = ANY
    method: str = "GET"
    data: Callable[[World, str, str], Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = ""


def branch(world: World, where: str, role: str) -> dict[str, Any]:
    return {"branch_id": world.branch(where).pk, "pk": world.branch(where).pk}


def person(world: World, where: str, role: str) -> dict[str, Any]:
    found = world.person(where, role)
    return {**branch(world, where, role), "member_id": found.pk, "pk": found.pk}


def entry(world: World, where: str, role: str) -> dict[str, Any]:
    found = world.entry(world.person(where, role))
    return {**person(world, where, role), "entry_id": found.pk}


def correction(world: World, where: str, role: str) -> dict[str, Any]:
    return {"correction_id": world.correction(world.person(where, role)).pk}


def appeal(world: World, where: str, role: str) -> dict[str, Any]:
    return {"appeal_id": world.appeal(world.person(where, role)).pk}


def question(world: World, where: str, role: str) -> dict[str, Any]:
    return {"question_id": world.question(where).pk}


def answered(world: World, where: str, role: str) -> dict[str, Any]:
    """A question the asker has practised: who has not is shown no key."""
    if role != "anonymous":
        world.practised(world.people[role], where)
    return question(world, where, role)


def contest(world: World, where: str, role: str) -> dict[str, Any]:
    """A contest, with a question its practice asks today."""
    return {"contest_id": world.contest(where).pk, "question_id": world.question(where).pk}


def daily_answered(world: World, where: str, role: str) -> dict[str, Any]:
    """As `contest`, and the asker has answered the question today."""
    if role != "anonymous":
        world.daily_answered(world.people[role], where)
    return contest(world, where, role)


def run_contest(world: World, where: str, role: str) -> dict[str, Any]:
    return {"pk": world.contest(where).pk}


def draft_contest(world: World, where: str, role: str) -> dict[str, Any]:
    return {"pk": world.draft_contest(where).pk}


def question_source(world: World, where: str, role: str) -> dict[str, Any]:
    return {"text_id": world.question_source(where).pk}


def question_media(world: World, where: str, role: str) -> dict[str, Any]:
    return {"token": world.question_media(world.person(where, role))}


def closing(world: World, where: str, role: str) -> dict[str, Any]:
    return {"closing_id": world.closing(where).pk}


def closable(world: World, where: str, role: str) -> dict[str, Any]:
    return {"branch": world.branch(where).pk, "year": clock.today().year - 1}


def case(world: World, where: str, role: str) -> dict[str, Any]:
    return {"case_id": world.case(world.person(where, role)).pk}


def sat_exam(world: World, where: str, role: str) -> dict[str, Any]:
    """An exam of that branch whose written answer lies on the desk of who asks."""
    sat = world.sat(where)
    by = world.colleagues[where] if role == "anonymous" else world.people[role]
    return {
        "exam_id": sat.exam.pk,
        "version_id": sat.items[0].version_id,
        "place_id": world.desk(where, by).pk,
    }


def marked_attempt(world: World, where: str, role: str) -> dict[str, Any]:
    """A released attempt of somebody else at an exam of that branch."""
    sat = world.sat(where)
    return {"exam_id": sat.exam.pk, "attempt_id": world.released(where).pk}


def own_attempt(world: World, where: str, role: str) -> dict[str, Any]:
    return {"attempt_id": world.finished_attempt(world.person(where, role)).pk}


def released_attempt(world: World, where: str, role: str) -> dict[str, Any]:
    found = world.finished_attempt(world.person(where, role))
    Attempt.objects.filter(pk=found.pk).update(state=AttemptState.RELEASED)
    return {"attempt_id": found.pk}


def ledger_form(world: World, where: str, role: str) -> dict[str, Any]:
    return {**branch(world, where, role), "key": "ledger"}


def register_form(world: World, where: str, role: str) -> dict[str, Any]:
    return {**person(world, where, role), "key": "register"}


def own_form(world: World, where: str, role: str) -> dict[str, Any]:
    return {**branch(world, where, role), "key": str(world.blank(where).pk)}


def saved_filter(world: World, where: str, role: str) -> dict[str, Any]:
    return {"filter_id": world.saved_filter(world.person(where, role)).pk}


def export(world: World, where: str, role: str) -> dict[str, Any]:
    return {"export_id": world.export(world.person(where, role)).pk}


def asset(world: World, where: str, role: str) -> dict[str, Any]:
    return {"asset_id": world.asset(where).pk, "pk": world.asset(where).pk}


def replaced_asset(world: World, where: str, role: str) -> dict[str, Any]:
    """A lecture with a new content; made anew for each, for the verbs use it up."""
    return {"asset_id": world.replaced_asset(where).pk}


def captions(world: World, where: str, role: str) -> dict[str, Any]:
    return {**asset(world, where, role), "language": "zh-Hans"}


def caption_copy(world: World, where: str, role: str) -> dict[str, Any]:
    return {**asset(world, where, role), "copy_id": world.caption_copy(where).pk}


def course(world: World, where: str, role: str) -> dict[str, Any]:
    return {"slug": world.course(where).slug, "image_id": world.picture.pk}


def lesson(world: World, where: str, role: str) -> dict[str, Any]:
    found = world.lesson(where)
    return {
        "lesson_id": found.pk,
        "image_id": world.picture.pk,
        "document_id": world.document.pk,
    }


def session(world: World, where: str, role: str) -> dict[str, Any]:
    return {"session_id": world.session(world.person(where, role)).pk}


def upload(world: World, where: str, role: str) -> dict[str, Any]:
    found = world.upload(world.person(where, role), world.branch(where))
    return {"upload_id": found.pk}


def roster(world: World, where: str, role: str) -> dict[str, Any]:
    return {"pk": world.roster(world.person(where, role)).pk}


def question_import(world: World, where: str, role: str) -> dict[str, Any]:
    return {"pk": world.question_import(world.person(where, role)).pk}


def merge(world: World, where: str, role: str) -> dict[str, Any]:
    found = world.merge(where)
    return {"pk": found.pk, "kept": found.kept_id, "lost": found.lost_id}


def token(world: World, where: str, role: str) -> dict[str, Any]:
    return {"pk": world.token(where).pk}


def applied_roster(world: World, where: str, role: str) -> dict[str, Any]:
    return {"pk": world.roster(world.person(where, role), RosterState.APPLIED).pk}


def rendition(world: World, where: str, role: str) -> dict[str, Any]:
    return {"asset_id": world.asset(where).pk, "name": "720p"}


def lecture_link(world: World, where: str, role: str) -> dict[str, Any]:
    address = world.playlist(world.person(where, role), OWN)
    _, _, token, expiry, member_id, asset_id, rest = address.split("/", 6)
    return {
        "token": token,
        "expiry": expiry,
        "member_id": member_id,
        "asset_id": asset_id,
        "rest": rest,
    }


def lecture_key(world: World, where: str, role: str) -> dict[str, Any]:
    """By one's own link to the lecture of that branch's lesson."""
    world.lesson(where)
    by = world.colleagues[where] if role == "anonymous" else world.people[role]
    _, _, token, expiry, member_id, asset_id, take, _ = world.playlist(by, where).split("/")
    return {
        "token": token,
        "expiry": expiry,
        "member_id": member_id,
        "asset_id": asset_id,
        "take": take,
    }


def live_class(world: World, where: str, role: str) -> dict[str, Any]:
    return {"live_class_id": world.live_class(where).pk, "verb": "pause"}


def closed_class(world: World, where: str, role: str) -> dict[str, Any]:
    return {"live_class_id": world.closed_class(where).pk}


def slide(world: World, where: str, role: str) -> dict[str, Any]:
    """A page that was shown; its deck is asked to go up, which changes nothing."""
    found = world.slide(where)
    return {
        "live_class_id": found.deck.live_class_id,
        "slide_id": found.pk,
        "deck_id": found.deck_id,
        "verb": "up",
    }


def live_group(world: World, where: str, role: str) -> dict[str, Any]:
    found = world.live_group(where)
    return {"live_class_id": found.round.live_class_id, "group_id": found.pk}


def live_check(world: World, where: str, role: str) -> dict[str, Any]:
    """Of a class that is over: it can be answered later."""
    found = world.live_check(where)
    return {"live_class_id": found.live_class_id, "check_id": found.pk}


def venue(world: World, where: str, role: str) -> dict[str, Any]:
    """With the code its screen shows now."""
    found = world.venue(where)
    token = token_for(venue_key(), found.pk, clock.now().timestamp())
    return {"venue_id": found.pk, "verb": "count", "token": token}


def class_link(world: World, where: str, role: str) -> dict[str, Any]:
    address = world.class_playlist(world.person(where, role), OWN)
    _, _, token, expiry, member_id, room, rest = address.split("/", 6)
    return {
        "token": token,
        "expiry": expiry,
        "member_id": member_id,
        "room": room,
        "rest": rest,
    }


def gathering(world: World, where: str, role: str) -> dict[str, Any]:
    """With somebody on the list who is nobody of those who ask."""
    found = world.gathering(where)
    person = world.colleagues[where]
    return {
        "gathering_id": found.pk,
        "presence_id": world.presence(person, where).pk,
        "scan_id": world.scan(where).pk,
        "token": world.scan_link(where),
        "verb": "close",
    }


def exam(world: World, where: str, role: str) -> dict[str, Any]:
    return {"exam_id": world.exam(where).pk}


def attempt(world: World, where: str, role: str) -> dict[str, Any]:
    """An attempt of the person there, at the exam of the whole tree."""
    return {"attempt_id": world.attempt(world.person(where, role)).pk}


def attempt_there(world: World, where: str, role: str) -> dict[str, Any]:
    """An attempt at the exam of that branch, by a member of it."""
    return {"attempt_id": world.attempt_there(where).pk}


def tally(world: World, where: str, role: str) -> dict[str, Any]:
    """An open one, with a page that waits for a person and sheets ready to print."""
    found = world.tally(where)
    page = world.sheet_page(where)
    return {
        "tally_id": found.pk,
        "subject_id": found.pk,
        "use": "tally",
        "kind": "vote",
        "verb": "scanned",
        "page_id": page.pk,
        "batch_id": page.batch_id,
        "print_id": world.sheet_print(where).pk,
        "key": "q2",
    }


def paper_exam(world: World, where: str, role: str) -> dict[str, Any]:
    """On paper: a sheet that waits for a person, and writing on the desk of who asks."""
    by = world.colleagues[where] if role == "anonymous" else world.people[role]
    return {
        "place_id": world.paper_desk(where, by).pk,
        "exam_id": world.paper_exam(where).pk,
        "sheet_id": world.paper_sheet(where).pk,
        "form": "A",
        "verb": "dismiss",
    }


def own_sheet(world: World, where: str, role: str) -> dict[str, Any]:
    return {"attempt_id": world.own_sheet(world.person(where, role)).pk, "page": 1}


def final(world: World, where: str, role: str) -> dict[str, Any]:
    """One that lets people in."""
    return {"final_id": world.final(where).pk, "verb": "pause", "token": "0" * 20}


def final_picture(world: World, where: str, role: str) -> dict[str, Any]:
    """The picture of the question that is on the stage."""
    final, token = world.final_picture(where)
    return {"final_id": final.pk, "token": token}


def finished_final(world: World, where: str, role: str) -> dict[str, Any]:
    return {"final_id": world.finished_final(where).pk}


def closed_tally(world: World, where: str, role: str) -> dict[str, Any]:
    return {"tally_id": world.closed_tally(where).pk}


def closed_gathering(world: World, where: str, role: str) -> dict[str, Any]:
    return {"gathering_id": world.closed_gathering(where).pk}


def attended(world: World, where: str, role: str) -> dict[str, Any]:
    return {"gathering_id": world.attended(world.person(where, role)).pk}


def class_person(world: World, where: str, role: str) -> dict[str, Any]:
    found = world.enrolment(where)
    return {
        "class_id": found.training_class_id,
        "pk": found.training_class_id,
        "enrolment_id": found.pk,
        "essay_id": found.essays.get().pk,
    }


def own_class(world: World, where: str, role: str) -> dict[str, Any]:
    found = world.own_enrolment(world.person(where, role))
    return {"class_id": found.training_class_id}


def paper(world: World, where: str, role: str) -> dict[str, Any]:
    return {"pk": world.paper(where).pk}


def sealed_paper(world: World, where: str, role: str) -> dict[str, Any]:
    return {"pk": world.sealed_paper(where).pk}


def held_exam(world: World, where: str, role: str) -> dict[str, Any]:
    return {"pk": world.held_exam(where).pk}


def published_exam(world: World, where: str, role: str) -> dict[str, Any]:
    return {"pk": world.held_exam(where, published=True).pk}


def certificate(world: World, where: str, role: str) -> dict[str, Any]:
    found = world.certificate(world.own_enrolment(world.person(where, role)))
    return {"certificate_id": found.pk, "code": found.code}


def issued_here(world: World, where: str, role: str) -> dict[str, Any]:
    return {"pk": world.certificate(world.enrolment(where)).pk}


def rules(world: World, where: str, role: str) -> dict[str, Any]:
    return {**branch(world, where, role), "year": clock.today().year}


def version(world: World, where: str, role: str) -> dict[str, Any]:
    return {"version": str(world.rules(where))}


def relief(world: World, where: str, role: str) -> dict[str, Any]:
    return {"relief_id": world.relief(world.person(where, role)).pk}


TUS = {"Tus-Resumable": "1.0.0"}
BY_BRANCH = {"wheres": BRANCHES}
BY_PERSON = {"wheres": WHERES}
