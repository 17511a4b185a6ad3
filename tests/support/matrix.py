"""The people, branches and objects of the access matrix: role × (own, sibling, parent, foreign)."""

import datetime as dt
import functools
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from courses.catalogue.models import CoursePage, LessonPage
from courses.progress.models import WatchSession
from exams.credit.models import StudyHourEntry
from exams.rules.models import ReliefState, RuleSet, TargetRelief
from lms.core import clock
from lms.members.models import Branch, Member, RosterImport, RosterState
from lms.members.roster_services import preview_roster
from media_pipeline import playback
from media_pipeline.models import Asset, Upload
from media_pipeline.packaging import MASTER_NAME
from tests.factories import courses, media, members, progress
from tests.factories.hours import make_entry
from tests.factories.rules import make_relief, make_rules

# Who asks. All but the last belong to the branch `first`; "school" administers the whole tree.
ROLES = ("anonymous", "member", "instructor", "secretary", "administrator", "school")
SIGNED_IN = ROLES[1:]
# Whose the thing asked for is: the asker's, a colleague's, or of another branch.
SELF, OWN, SIBLING, PARENT, FOREIGN = WHERES = ("self", "own", "sibling", "parent", "foreign")
BRANCHES = (OWN, SIBLING, PARENT, FOREIGN)


@dataclass(eq=False)
class World:
    """One school with a second one beside it; every object is made when first asked for."""

    tree: members.BranchTree = field(default_factory=members.make_branch_tree)
    other: members.BranchTree = field(default_factory=lambda: members.make_branch_tree("外"))

    def __post_init__(self) -> None:
        first = self.tree.first
        self.people: dict[str, Member] = {
            "member": members.make_member(first),
            "instructor": members.make_instructor(first),
            "secretary": members.make_secretary(first),
            "administrator": members.make_administrator(first),
            "school": members.make_administrator(self.tree.committee),
        }
        self.editor = courses.editor()
        self.branches = {
            OWN: first,
            SIBLING: self.tree.second,
            PARENT: self.tree.general,
            FOREIGN: self.other.first,
        }
        self.colleagues = {
            where: members.make_member(branch) for where, branch in self.branches.items()
        }
        self.open_course = courses.course(by=self.editor)
        chapter = courses.chapter(course=self.open_course, by=self.editor)
        self.open_lesson = courses.lesson(chapter=chapter, by=self.editor)
        self.clients = {role: self._client(role) for role in ROLES}

    def _client(self, role: str) -> Client:
        client = Client(raise_request_exception=True)
        if role != "anonymous":
            client.force_login(
                self.people[role], backend="lms.members.backends.NumberOrPhoneBackend"
            )
        return client

    def branch(self, where: str) -> Branch:
        return self.branches[OWN if where == SELF else where]

    def person(self, where: str, role: str) -> Member:
        if where == SELF and role != "anonymous":
            return self.people[role]
        return self.colleagues[OWN if where == SELF else where]

    @functools.cache  # noqa: B019  (one world a run)
    def entry(self, person: Member) -> StudyHourEntry:
        return make_entry(person)

    @functools.cache  # noqa: B019
    def asset(self, where: str) -> Asset:
        made = courses.lecture(
            by=self.colleagues[where], owner_branch=self.branches[where], take=uuid.uuid4().hex
        )
        media.make_take(made, {MASTER_NAME: b"#EXTM3U\n"})
        return made

    @functools.cache  # noqa: B019
    def course(self, where: str) -> CoursePage:
        return courses.course(by=self.editor, audience=self.branches[where], cover=self.picture)

    @functools.cache  # noqa: B019
    def lesson(self, where: str) -> LessonPage:
        """A lesson with a picture and a document, in the course for that branch."""
        chapter = courses.chapter(course=self.course(where), by=self.editor)
        blocks = [
            ("video", self.asset(where)),
            ("image", self.picture),
            ("document", self.document),
        ]
        return courses.lesson(chapter=chapter, by=self.editor, blocks=blocks)

    @functools.cached_property
    def picture(self) -> Any:
        return courses.picture(by=self.editor)

    @functools.cached_property
    def document(self) -> Any:
        return courses.document(by=self.editor)

    @functools.cache  # noqa: B019
    def session(self, person: Member) -> WatchSession:
        return progress.sitting(person, self.open_lesson)

    @functools.cache  # noqa: B019
    def upload(self, person: Member, branch: Branch) -> Upload:
        return Upload.objects.create(
            by=person,
            branch=branch,
            length=10,
            original_name="讲课.mp4",
            title="讲课",
            created_at=clock.now(),
            expires_at=clock.now() + dt.timedelta(hours=1),
        )

    @functools.cache  # noqa: B019
    def roster(self, person: Member, state: str = RosterState.PREVIEWED) -> RosterImport:
        """A file that adds one member, as if `person` had brought it in."""
        kept = self._previewed
        return RosterImport.objects.create(
            by=person,
            file_name=kept.file_name,
            rows=kept.rows,
            plan_digest=kept.plan_digest,
            counts=kept.counts,
            previewed_at=clock.now(),
            state=state,
            applied_at=clock.now() if state == RosterState.APPLIED else None,
        )

    @functools.cache  # noqa: B019
    def rules(self, where: str) -> RuleSet:
        return make_rules(self.branches[where])

    @functools.cache  # noqa: B019
    def relief(self, person: Member) -> TargetRelief:
        """Asked for by somebody outside the matrix, and not decided."""
        relief = make_relief(person)
        TargetRelief.objects.filter(pk=relief.pk).update(
            state=ReliefState.REQUESTED, decided_by=None, decided_at=None
        )
        return relief

    @functools.cached_property
    def _previewed(self) -> RosterImport:
        rows = f"编号,姓名,手机,组织代码\n700001,新同志,,{self.tree.first.code}\n"
        return preview_roster(by=self.people["school"], file_name="名册.csv", content=rows.encode())

    def playlist(self, person: Member, where: str) -> str:
        return playback.signed_playlist(asset=self.asset(where), member=person, now=clock.now())


def filled(route: str, arguments: dict[str, Any]) -> str:
    """The address of `route` with its converters replaced; unknown ones by something harmless."""
    harmless = {"int": "1", "uuid": str(uuid.UUID(int=1)), "slug": "x", "str": "x", "path": "x"}

    def value(match: re.Match[str]) -> str:
        kind, name = match[1] or "str", match[2]
        return str(arguments.get(name, harmless.get(kind, "1")))

    plain = re.sub(
        r"<(?:(\w+):)?(\w+)>", value, re.sub(r"\(\?P(<\w+>)\[[^\]]*\]\+?\)", r"\1", route)
    )
    return "/" + re.sub(r"\(.*?\)|[\^$\\?]", "", plain)
