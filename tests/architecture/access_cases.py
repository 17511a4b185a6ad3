"""Who reaches whose: one line for each route of ours, and how its objects are named."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from exams.attempts.models import Attempt, AttemptState
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


def captions(world: World, where: str, role: str) -> dict[str, Any]:
    return {**asset(world, where, role), "language": "zh-Hans"}


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

CASES: dict[str, Case] = {
    # The ground floor
    "healthz": Case(EVERYBODY),
    "readyz": Case(EVERYBODY),
    "preferences/": Case(EVERYBODY, method="POST"),
    "help/": Case(EVERYBODY),
    "styleguide/": Case(EVERYBODY),
    # People
    "sign-in/": Case(EVERYBODY),
    "sign-out/": Case(EVERYBODY),
    "sign-in/forgotten/": Case(EVERYBODY),
    "sign-in/password/": Case(WHO_SIGNED_IN),
    "sign-in/password/first/": Case(WHO_SIGNED_IN),
    "admin/login/": Case(WHO_SIGNED_IN),  # sends everybody on: to the sign-in page, or inside
    "admin/questions/import/": Case(TEACHERS),
    "admin/questions/import/<int:pk>/": Case(
        dict.fromkeys(TEACHERS, (SELF,)), question_import, **BY_PERSON
    ),
    "admin/questions/import/<int:pk>/end/": Case(
        dict.fromkeys(TEACHERS, (SELF,)), question_import, method="POST", **BY_PERSON
    ),
    "admin/questions/import/template/<str:file_format>/": Case(
        TEACHERS, lambda *_: {"file_format": "text"}
    ),
    "admin/questions/export/<str:file_format>/": Case(TEACHERS, lambda *_: {"file_format": "text"}),
    "admin/roster/": Case(ADMINISTRATORS),
    "admin/roster/template.<slug:form>": Case(ADMINISTRATORS, lambda *_: {"form": "xlsx"}),
    "admin/roster/<int:pk>/": Case(dict.fromkeys(ADMINISTRATORS, (SELF,)), roster, **BY_PERSON),
    "admin/roster/<int:pk>/apply/": Case(
        dict.fromkeys(ADMINISTRATORS, (SELF,)), roster, method="POST", **BY_PERSON
    ),
    "admin/roster/<int:pk>/codes.xlsx": Case(
        dict.fromkeys(ADMINISTRATORS, (SELF,)), applied_roster, **BY_PERSON
    ),
    "admin/members/first-code/<int:pk>/": Case(
        {"administrator": (SELF, OWN), "school": (SELF, OWN, SIBLING, PARENT)},
        person,
        method="POST",
        **BY_PERSON,
    ),
    "admin/members/standing/<int:pk>/": Case(RECORDS, person, **BY_PERSON),
    "admin/members/": Case(ADMINISTRATORS),
    "admin/members/results/": Case(ADMINISTRATORS),
    "admin/members/new/": Case(ADMINISTRATORS),
    "admin/members/edit/<int:pk>/": Case(RECORDS, person, **BY_PERSON),
    "admin/members/delete/<int:pk>/": Case(NOBODY, person, **BY_PERSON),
    "admin/members/history/<int:pk>/": Case(RECORDS, person, **BY_PERSON),
    "admin/members/history-results/<int:pk>/": Case(RECORDS, person, **BY_PERSON),
    "admin/members/usage/<int:pk>/": Case(RECORDS, person, **BY_PERSON),
    "admin/members/inspect/<int:pk>/": Case(RECORDS, person, **BY_PERSON),
    "admin/branches/": Case(ADMINISTRATORS),
    "admin/branches/results/": Case(ADMINISTRATORS),
    "admin/branches/new/": Case(ADMINISTRATORS),
    "admin/branches/edit/<int:pk>/": Case(BRANCH_RECORDS, branch, **BY_BRANCH),
    "admin/branches/delete/<int:pk>/": Case(NOBODY, branch, **BY_BRANCH),
    "admin/branches/history/<int:pk>/": Case(BRANCH_RECORDS, branch, **BY_BRANCH),
    "admin/branches/history-results/<int:pk>/": Case(BRANCH_RECORDS, branch, **BY_BRANCH),
    "admin/branches/usage/<int:pk>/": Case(BRANCH_RECORDS, branch, **BY_BRANCH),
    "admin/branches/inspect/<int:pk>/": Case(BRANCH_RECORDS, branch, **BY_BRANCH),
    "admin/merges/": Case(ADMINISTRATORS),
    "admin/merges/new/<int:kept>/<int:lost>/": Case(BRANCH_RECORDS, merge, **BY_BRANCH),
    "admin/merges/<int:pk>/": Case(BRANCH_RECORDS, merge, **BY_BRANCH),
    "admin/merges/<int:pk>/undo/": Case(BRANCH_RECORDS, merge, **BY_BRANCH),
    # Tokens of other systems
    "admin/platforms/": Case(ADMINISTRATORS),
    "admin/platforms/results/": Case(ADMINISTRATORS),
    "admin/platforms/new/": Case(NOBODY),
    "admin/platforms/issue/": Case(ADMINISTRATORS),
    "admin/platforms/inspect/<int:pk>/": Case(BRANCH_RECORDS, token, **BY_BRANCH),
    "admin/platforms/renew/<int:pk>/": Case(BRANCH_RECORDS, token, **BY_BRANCH),
    "admin/platforms/revoke/<int:pk>/": Case(BRANCH_RECORDS, token, method="POST", **BY_BRANCH),
    "admin/platforms/edit/<int:pk>/": Case(NOBODY, token, **BY_BRANCH),
    "admin/platforms/delete/<int:pk>/": Case(NOBODY, token, **BY_BRANCH),
    "admin/platforms/history/<int:pk>/": Case(NOBODY, token, **BY_BRANCH),
    "admin/platforms/history-results/<int:pk>/": Case(NOBODY, token, **BY_BRANCH),
    "admin/platforms/usage/<int:pk>/": Case(NOBODY, token, **BY_BRANCH),
    # Read by other systems alone, with a token: test_platform_matrix.py
    "api/v1/study-hours/": Case(NOBODY),
    "api/v1/ledger-heads/": Case(NOBODY),
    "api/v1/members/<str:number>/years/<int:year>/": Case(NOBODY),
    "api/v1/branches/<str:code>/years/<int:year>/": Case(NOBODY),
    "api/v1/xapi/statements": Case(NOBODY),
    # Questions
    "admin/questions/": Case(TEACHERS),
    "admin/questions/new/": Case(
        TEACHERS_THERE,
        data=lambda world, where, _role: {"branch": world.branch(where).pk, "kind": "single"},
        **BY_BRANCH,
    ),
    "admin/questions/duplicates/": Case(TEACHERS),
    "admin/questions/sources/": Case(TEACHERS),
    "admin/questions/sources/<int:text_id>/": Case(TEACHERS_THERE, question_source, **BY_BRANCH),
    "admin/questions/topics/": Case(TEACHERS),
    "admin/questions/<int:question_id>/": Case(TEACHERS_THERE, question, **BY_BRANCH),
    "admin/questions/<int:question_id>/edit/": Case(TEACHERS_THERE, question, **BY_BRANCH),
    # A link to a picture is the member's own, whoever else gets hold of it.
    "exams/question-media/<str:token>/": Case(ONESELF, question_media, **BY_PERSON),
    # Practice
    "practice/": Case(WHO_SIGNED_IN),
    "practice/wrong/": Case(WHO_SIGNED_IN),
    "practice/next/": Case(WHO_SIGNED_IN),
    "practice/<int:question_id>/": Case(BELONGING, question, **BY_BRANCH),
    "practice/<int:question_id>/answer/": Case(BELONGING, answered, **BY_BRANCH),
    # Rules and reliefs
    "admin/rules/": Case(ADMINISTRATORS),
    "admin/rules/switches/": Case(ADMINISTRATORS),
    "admin/rules/switches/<slug:switch>/": Case(ADMINISTRATORS, lambda *_: {"switch": "ranking"}),
    "admin/rules/<int:branch_id>/": Case(BRANCH_RECORDS, rules, **BY_BRANCH),
    "admin/rules/<int:branch_id>/next/<int:year>/": Case(BRANCH_RECORDS, rules, **BY_BRANCH),
    "admin/rules/<int:branch_id>/publish/": Case(BRANCH_RECORDS, rules, method="POST", **BY_BRANCH),
    "rules/<path:version>/": Case(BOUND, version, **BY_BRANCH),
    "reliefs/": Case(OVERSEERS),
    "reliefs/new/": Case(OVERSEERS),
    "reliefs/new/<int:member_id>/": Case(OTHERS, person, **BY_PERSON),
    "reliefs/<int:relief_id>/": Case(RELIEFS, relief, **BY_PERSON),
    "reliefs/<int:relief_id>/decide/": Case(
        {role: wheres for role, wheres in RELIEFS.items() if role in OVERSEERS},
        relief,
        method="POST",
        data=lambda *_: {"verb": "approve"},
        **BY_PERSON,
    ),
    # Reports
    "archive/": Case(WHO_SIGNED_IN),
    "archive/entries/<int:entry_id>/": Case(ONESELF, entry, **BY_PERSON),
    "board/": Case(OVERSEERS),
    "archive/archive.pdf": Case(WHO_SIGNED_IN),
    "board/<int:branch_id>/compare/": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/trend/": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/members/<int:member_id>/archive.pdf": Case(BOARD, person, **BY_PERSON),
    "board/<int:branch_id>/": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/export.csv": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/export.xlsx": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/members/<int:member_id>/": Case(BOARD, person, **BY_PERSON),
    "board/<int:branch_id>/members/<int:member_id>/entries/<int:entry_id>/": Case(
        BOARD, entry, **BY_PERSON
    ),
    "board/<int:branch_id>/forms/": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/forms/new/": Case(BOARD, branch, method="POST", **BY_BRANCH),
    "board/<int:branch_id>/forms/<slug:key>/": Case(BOARD, ledger_form, **BY_BRANCH),
    "board/<int:branch_id>/forms/<slug:key>/blank/": Case(BOARD, ledger_form, **BY_BRANCH),
    "board/<int:branch_id>/forms/<slug:key>/remove/": Case(
        BRANCH_FORMS, own_form, method="POST", **BY_BRANCH
    ),
    "board/<int:branch_id>/members/<int:member_id>/forms/": Case(BOARD, person, **BY_PERSON),
    "board/<int:branch_id>/members/<int:member_id>/forms/<slug:key>/": Case(
        BOARD, register_form, **BY_PERSON
    ),
    "board/<int:branch_id>/yearbook/": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/yearbook.xlsx": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/yearbook.pdf": Case(BOARD, branch, **BY_BRANCH),
    "board/<int:branch_id>/filters/": Case(BOARD, branch, method="POST", **BY_BRANCH),
    "board/filters/<int:filter_id>/remove/": Case(
        dict.fromkeys(OVERSEERS, (SELF,)), saved_filter, method="POST", **BY_PERSON
    ),
    "exports/": Case(OVERSEERS),
    "board/<int:branch_id>/exports/": Case(
        BOARD, branch, method="POST", data=lambda *_: {"form": "csv"}, **BY_BRANCH
    ),
    "exports/<int:export_id>/": Case(
        dict.fromkeys(OVERSEERS, (SELF,)),
        export,
        method="POST",
        data=lambda *_: {"verb": "cancel"},
        **BY_PERSON,
    ),
    "exports/<int:export_id>/file/": Case(dict.fromkeys(OVERSEERS, (SELF,)), export, **BY_PERSON),
    # Corrections and appeals
    "corrections/": Case(OVERSEERS),
    "corrections/<int:correction_id>/": Case(ABOUT, correction, **BY_PERSON),
    "corrections/entries/<int:entry_id>/": Case(OTHERS, entry, **BY_PERSON),
    "corrections/members/<int:member_id>/": Case(OTHERS, person, **BY_PERSON),
    "appeals/": Case(WHO_SIGNED_IN),
    "appeals/new/": Case(WHO_SIGNED_IN),
    "appeals/entries/<int:entry_id>/": Case(ONESELF, entry, **BY_PERSON),
    "appeals/lessons/<int:lesson_id>/": Case(AUDIENCE, lesson, **BY_BRANCH),
    "appeals/<int:appeal_id>/": Case(ABOUT, appeal, **BY_PERSON),
    # Closed years
    "closings/": Case(OVERSEERS),
    "closings/new/": Case(BRANCH_RECORDS, data=closable, **BY_BRANCH),
    "closings/<int:closing_id>/": Case(OTHERS, closing, **BY_BRANCH),
    "closings/<int:closing_id>/sheet/": Case(OTHERS, closing, **BY_BRANCH),
    "closings/<int:closing_id>/sheet.pdf": Case(OTHERS, closing, **BY_BRANCH),
    "closings/<int:closing_id>/export.csv": Case(OTHERS, closing, **BY_BRANCH),
    "verify-year/<slug:code>/": Case(
        EVERYBODY, lambda world, where, role: {"code": world.closing(OWN).code}
    ),
    # Training classes and certificates
    "classes/": Case(WHO_SIGNED_IN),
    "classes/led/": Case(WHO_SIGNED_IN),
    "classes/<int:class_id>/": Case(ONESELF, own_class, **BY_PERSON),
    "classes/<int:class_id>/essay/": Case(ONESELF, own_class, method="POST", **BY_PERSON),
    "classes/<int:class_id>/people/": Case(CLASSES, class_person, **BY_BRANCH),
    "classes/<int:class_id>/people/<int:enrolment_id>/": Case(CLASSES, class_person, **BY_BRANCH),
    "classes/<int:class_id>/people/<int:enrolment_id>/essays/<int:essay_id>/": Case(
        BRANCH_RECORDS, class_person, method="POST", **BY_BRANCH
    ),
    "classes/<int:class_id>/people/<int:enrolment_id>/confirmation/": Case(
        BRANCH_RECORDS, class_person, method="POST", **BY_BRANCH
    ),
    "certificates/<int:certificate_id>/": Case(CERTIFICATES, certificate, **BY_PERSON),
    "certificates/<int:certificate_id>/certificate.pdf": Case(
        CERTIFICATES, certificate, **BY_PERSON
    ),
    "verify/": Case(EVERYBODY),
    "verify/<str:code>/": Case(
        EVERYBODY, lambda world, where, role: certificate(world, OWN, "school")
    ),
    "admin/classes/": Case(ADMINISTRATORS),
    "admin/classes/results/": Case(ADMINISTRATORS),
    "admin/classes/new/": Case(ADMINISTRATORS),
    "admin/classes/edit/<int:pk>/": Case(BRANCH_RECORDS, class_person, **BY_BRANCH),
    "admin/classes/delete/<int:pk>/": Case(NOBODY, class_person, **BY_BRANCH),  # drafts alone
    "admin/classes/history/<int:pk>/": Case(BRANCH_RECORDS, class_person, **BY_BRANCH),
    "admin/classes/history-results/<int:pk>/": Case(BRANCH_RECORDS, class_person, **BY_BRANCH),
    "admin/classes/usage/<int:pk>/": Case(BRANCH_RECORDS, class_person, **BY_BRANCH),
    "admin/classes/<int:pk>/plan/": Case(BRANCH_RECORDS, class_person, **BY_BRANCH),
    "admin/classes/<int:pk>/rule/": Case(BRANCH_RECORDS, class_person, **BY_BRANCH),
    "admin/classes/<int:pk>/people/": Case(BRANCH_RECORDS, class_person, **BY_BRANCH),
    "admin/classes/<int:pk>/people/new/": Case(BRANCH_RECORDS, class_person, **BY_BRANCH),
    "admin/classes/<int:pk>/people/<int:enrolment_id>/": Case(
        BRANCH_RECORDS, class_person, **BY_BRANCH
    ),
    "admin/classes/<int:pk>/open/": Case(BRANCH_RECORDS, class_person, method="POST", **BY_BRANCH),
    # Papers and exams, for those who make them
    "admin/papers/": Case(TEACHERS),
    "admin/papers/results/": Case(TEACHERS),
    "admin/papers/new/": Case(TEACHERS),
    "admin/papers/edit/<int:pk>/": Case(LECTURES, paper, **BY_BRANCH),
    "admin/papers/delete/<int:pk>/": Case(LECTURES, paper, **BY_BRANCH),
    "admin/papers/history/<int:pk>/": Case(BRANCH_RECORDS, sealed_paper, **BY_BRANCH),
    "admin/papers/history-results/<int:pk>/": Case(BRANCH_RECORDS, sealed_paper, **BY_BRANCH),
    "admin/papers/usage/<int:pk>/": Case(BRANCH_RECORDS, sealed_paper, **BY_BRANCH),
    "admin/papers/<int:pk>/": Case(BRANCH_RECORDS, sealed_paper, **BY_BRANCH),
    "admin/papers/<int:pk>/blueprint/": Case(LECTURES, paper, **BY_BRANCH),
    "admin/papers/<int:pk>/preview/": Case(BRANCH_RECORDS, sealed_paper, **BY_BRANCH),
    "admin/papers/<int:pk>/paper.pdf": Case(BRANCH_RECORDS, sealed_paper, **BY_BRANCH),
    "admin/papers/<int:pk>/key.pdf": Case(BRANCH_RECORDS, sealed_paper, **BY_BRANCH),
    "admin/exams/": Case(ADMINISTRATORS),
    "admin/exams/results/": Case(ADMINISTRATORS),
    "admin/exams/new/": Case(ADMINISTRATORS),
    "admin/exams/edit/<int:pk>/": Case(BRANCH_RECORDS, held_exam, **BY_BRANCH),
    "admin/exams/delete/<int:pk>/": Case(NOBODY, published_exam, **BY_BRANCH),  # drafts alone
    "admin/exams/history/<int:pk>/": Case(BRANCH_RECORDS, held_exam, **BY_BRANCH),
    "admin/exams/history-results/<int:pk>/": Case(BRANCH_RECORDS, held_exam, **BY_BRANCH),
    "admin/exams/usage/<int:pk>/": Case(BRANCH_RECORDS, held_exam, **BY_BRANCH),
    "admin/exams/<int:pk>/": Case(BRANCH_RECORDS, held_exam, **BY_BRANCH),
    "admin/exams/<int:pk>/seats/": Case(BRANCH_RECORDS, held_exam, **BY_BRANCH),
    "admin/exams/<int:pk>/seats.pdf": Case(BRANCH_RECORDS, held_exam, **BY_BRANCH),
    "admin/certificates/": Case(ADMINISTRATORS),
    "admin/certificates/results/": Case(ADMINISTRATORS),
    "admin/certificates/new/": Case(NOBODY),
    "admin/certificates/edit/<int:pk>/": Case(NOBODY, issued_here, **BY_BRANCH),
    "admin/certificates/delete/<int:pk>/": Case(NOBODY, issued_here, **BY_BRANCH),
    "admin/certificates/history/<int:pk>/": Case(NOBODY, issued_here, **BY_BRANCH),
    "admin/certificates/history-results/<int:pk>/": Case(NOBODY, issued_here, **BY_BRANCH),
    "admin/certificates/usage/<int:pk>/": Case(NOBODY, issued_here, **BY_BRANCH),
    "admin/certificates/<int:pk>/": Case(BRANCH_RECORDS, issued_here, **BY_BRANCH),
    # Review
    "review/": Case(OVERSEERS),
    "review/mine/": Case(WHO_SIGNED_IN),
    "review/<int:case_id>/": Case(ABOVE, case, **BY_BRANCH),
    "review/<int:case_id>/decide/": Case(ABOVE, case, method="POST", **BY_BRANCH),
    # Lectures
    "admin/lectures/": Case(TEACHERS),
    "admin/lectures/upload/": Case(TEACHERS),
    "admin/lectures/<uuid:asset_id>/": Case(LECTURES, asset, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/status/": Case(LECTURES, asset, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/retry/": Case(LECTURES, asset, method="POST", **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/cancel/": Case(LECTURES, asset, method="POST", **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/captions/": Case(LECTURES, asset, method="POST", **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/captions/<str:language>.vtt": Case(
        LECTURES, captions, **BY_BRANCH
    ),
    "admin/lectures/<uuid:asset_id>/captions/<str:language>/remove/": Case(
        LECTURES, captions, method="POST", **BY_BRANCH
    ),
    "admin/choose-lecture/": Case(TEACHERS),
    "admin/choose-lecture/results/": Case(TEACHERS),
    "admin/choose-lecture/chosen/<str:pk>/": Case(LECTURES, asset, **BY_BRANCH),
    "admin/choose-lecture/chosen-multiple/": Case(TEACHERS),
    "uploads/": Case(TEACHERS, method="OPTIONS"),
    "uploads/<uuid:upload_id>/": Case(
        dict.fromkeys(TEACHERS, (SELF,)), upload, method="HEAD", headers=TUS, **BY_PERSON
    ),
    "hls/<str:token>/<str:expiry>/<str:member_id>/<str:asset_id>/<path:rest>": Case(
        ONESELF, lecture_link, **BY_PERSON
    ),
    # Courses
    "": Case(EVERYBODY),
    "courses/": Case(WHO_SIGNED_IN),
    "courses/<str:slug>/": Case(AUDIENCE, course, **BY_BRANCH),
    "courses/<str:slug>/cover/<int:image_id>/": Case(AUDIENCE, course, **BY_BRANCH),
    "lessons/<int:lesson_id>/": Case(AUDIENCE, lesson, **BY_BRANCH),
    "lessons/<int:lesson_id>/documents/<int:document_id>/": Case(AUDIENCE, lesson, **BY_BRANCH),
    "lessons/<int:lesson_id>/images/<int:image_id>/": Case(AUDIENCE, lesson, **BY_BRANCH),
    "files/<path:name>": Case(
        TEACHERS, lambda world, where, role: {"name": world.picture.file.name}
    ),
    "api/v1/^courses/$": Case(WHO_SIGNED_IN),
    "api/v1/^courses/(?P<slug>[^/]+)/$": Case(AUDIENCE, course, **BY_BRANCH),
    # Study together
    "exams/": Case(WHO_SIGNED_IN),
    "exams/<int:exam_id>/": Case(SITTERS, exam, **BY_BRANCH),
    "exams/<int:exam_id>/start/": Case(SITTERS, exam, method="POST", **BY_BRANCH),
    "exams/<int:exam_id>/room/": Case(BRANCH_RECORDS, exam, **BY_BRANCH),
    "exams/<int:exam_id>/room/act/": Case(BRANCH_RECORDS, exam, method="POST", **BY_BRANCH),
    "exams/attempts/<uuid:attempt_id>/": Case(ONESELF, attempt, **BY_PERSON),
    "exams/attempts/<uuid:attempt_id>/state/": Case(ONESELF, attempt, **BY_PERSON),
    "exams/attempts/<uuid:attempt_id>/take-over/": Case(
        ONESELF, attempt, method="POST", **BY_PERSON
    ),
    "exams/attempts/<uuid:attempt_id>/submit/": Case(ONESELF, attempt, method="POST", **BY_PERSON),
    "exams/attempts/<uuid:attempt_id>/receipt/": Case(ONESELF, attempt, **BY_PERSON),
    "exams/attempts/<uuid:attempt_id>/log/": Case(BRANCH_RECORDS, attempt_there, **BY_BRANCH),
    "gatherings/": Case(OVERSEERS),
    "gatherings/new/<slug:kind>/": Case(OVERSEERS, lambda *_: {"kind": "offline"}),
    "gatherings/<int:gathering_id>/": Case(HOSTS, gathering, **BY_BRANCH),
    "gatherings/<int:gathering_id>/edit/": Case(HOSTS, gathering, **BY_BRANCH),
    "gatherings/<int:gathering_id>/move/<slug:verb>/": Case(
        HOSTS, gathering, method="POST", **BY_BRANCH
    ),
    "gatherings/<int:gathering_id>/room/": Case(HOSTS, gathering, method="POST", **BY_BRANCH),
    "gatherings/<int:gathering_id>/people/": Case(HOSTS, gathering, method="POST", **BY_BRANCH),
    "gatherings/<int:gathering_id>/guests/": Case(HOSTS, gathering, method="POST", **BY_BRANCH),
    "gatherings/<int:gathering_id>/paper/": Case(HOSTS, gathering, **BY_BRANCH),
    "gatherings/<int:gathering_id>/people/<int:presence_id>/remove/": Case(
        HOSTS, gathering, method="POST", **BY_BRANCH
    ),
    "gatherings/<int:gathering_id>/sheet/": Case(HOSTS, gathering, **BY_BRANCH),
    "gatherings/<int:gathering_id>/scans/": Case(HOSTS, gathering, method="POST", **BY_BRANCH),
    "gatherings/<int:gathering_id>/scans/<int:scan_id>/": Case(HOSTS, gathering, **BY_BRANCH),
    "gatherings/<int:gathering_id>/video/": Case(
        HOSTS, lambda world, where, role: {"gathering_id": world.shown(where).pk}, **BY_BRANCH
    ),
    "gatherings/<int:gathering_id>/confirm/": Case(HOSTS, closed_gathering, **BY_BRANCH),
    "gatherings/scan/<int:gathering_id>/<slug:token>/": Case(
        dict.fromkeys(ROLES, BRANCHES), gathering, **BY_BRANCH
    ),
    "gatherings/join/": Case(WHO_SIGNED_IN),
    "gatherings/<int:gathering_id>/joined/": Case(ONESELF, attended, **BY_PERSON),
    "gatherings/mine/": Case(WHO_SIGNED_IN),
    # Exams: marks, keys, results
    "exams/marking/": Case(TEACHERS),
    "exams/results/": Case(OVERSEERS),
    "exams/<int:exam_id>/marking/": Case(LECTURES, sat_exam, **BY_BRANCH),
    "exams/<int:exam_id>/marking/begin/": Case(LECTURES, sat_exam, method="POST", **BY_BRANCH),
    "exams/<int:exam_id>/marking/<int:place_id>/": Case(LECTURES, sat_exam, **BY_BRANCH),
    "exams/<int:exam_id>/release/": Case(BRANCH_RECORDS, sat_exam, **BY_BRANCH),
    "exams/<int:exam_id>/keys/": Case(BRANCH_RECORDS, sat_exam, **BY_BRANCH),
    "exams/<int:exam_id>/keys/<int:version_id>/": Case(BRANCH_RECORDS, sat_exam, **BY_BRANCH),
    "exams/<int:exam_id>/results/": Case(RESULTS, sat_exam, **BY_BRANCH),
    "exams/<int:exam_id>/results/results.xlsx": Case(RESULTS, sat_exam, **BY_BRANCH),
    "exams/<int:exam_id>/analysis/": Case(BRANCH_RECORDS, sat_exam, **BY_BRANCH),
    "exams/<int:exam_id>/analysis/analysis.xlsx": Case(BRANCH_RECORDS, sat_exam, **BY_BRANCH),
    "exams/<uuid:attempt_id>/result/": Case(ONESELF, own_attempt, **BY_PERSON),
    "exams/<uuid:attempt_id>/appeal/": Case(ONESELF, released_attempt, **BY_PERSON),
    # Votes and appraisals on paper, and their sheets
    "tallies/": Case(OVERSEERS),
    "tallies/new/<slug:kind>/": Case(OVERSEERS, lambda *_: {"kind": "vote"}),
    "tallies/<int:tally_id>/": Case(HOSTS, tally, **BY_BRANCH),
    "tallies/<int:tally_id>/edit/": Case(HOSTS, tally, **BY_BRANCH),
    "tallies/<int:tally_id>/move/<slug:verb>/": Case(HOSTS, tally, method="POST", **BY_BRANCH),
    "tallies/<int:tally_id>/issued/": Case(HOSTS, tally, method="POST", **BY_BRANCH),
    "tallies/<int:tally_id>/hand/": Case(HOSTS, tally, **BY_BRANCH),
    "tallies/<int:tally_id>/protocol.pdf": Case(HOSTS, closed_tally, **BY_BRANCH),
    "sheets/<slug:use>/<int:subject_id>/": Case(HOSTS, tally, **BY_BRANCH),
    "sheets/<slug:use>/<int:subject_id>/print/": Case(HOSTS, tally, method="POST", **BY_BRANCH),
    "sheets/<slug:use>/<int:subject_id>/prints/<int:print_id>/sheets.pdf": Case(
        HOSTS, tally, **BY_BRANCH
    ),
    "sheets/<slug:use>/<int:subject_id>/upload/": Case(HOSTS, tally, method="POST", **BY_BRANCH),
    "sheets/<slug:use>/<int:subject_id>/files/<int:batch_id>/again/": Case(
        HOSTS, tally, method="POST", **BY_BRANCH
    ),
    "sheets/<slug:use>/<int:subject_id>/queue/": Case(HOSTS, tally, **BY_BRANCH),
    "sheet-pages/<int:page_id>/": Case(HOSTS, tally, **BY_BRANCH),
    "sheet-pages/<int:page_id>/page.jpg": Case(HOSTS, tally, **BY_BRANCH),
    "sheet-pages/<int:page_id>/<slug:key>.jpg": Case(HOSTS, tally, **BY_BRANCH),
    "sheet-pages/<int:page_id>/refuse/": Case(HOSTS, tally, method="POST", **BY_BRANCH),
    "sheet-pages/<int:page_id>/again/": Case(HOSTS, tally, method="POST", **BY_BRANCH),
    # Watching
    "learn/sessions/": Case(
        AUDIENCE,
        method="POST",
        data=lambda world, where, role: {"lesson": world.lesson(where).pk},
        **BY_BRANCH,
    ),
    "learn/sessions/<uuid:session_id>/settle/": Case(ONESELF, session, method="POST", **BY_PERSON),
    "learn/sessions/<uuid:session_id>/check/": Case(ONESELF, session, method="POST", **BY_PERSON),
    "learn/sessions/<uuid:session_id>/playlist/": Case(ONESELF, session, **BY_PERSON),
}
