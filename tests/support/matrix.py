"""The people, branches and objects of the access matrix: role × (own, sibling, parent, foreign)."""

import datetime as dt
import functools
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from courses.catalogue.models import CoursePage, LessonPage
from courses.progress.models import WatchSession
from courses.training.essays import hand_in_essay
from courses.training.models import Enrolment
from exams.attempts.models import Attempt, AttemptState, Exam, Fairness
from exams.certificates.models import Certificate
from exams.certificates.services import issue_certificate
from exams.closing.models import YearClosing
from exams.contests.models import Contest, DailyPractice
from exams.corrections.models import Appeal, Correction
from exams.credit.models import StudyHourEntry
from exams.exchange.models import FileFormat, QuestionImport
from exams.finals.models import Final
from exams.finals.pictures import address_of
from exams.gatherings.models import Gathering, Presence, Scan
from exams.gatherings.queries import token_key
from exams.gatherings.scan_services import keep_scan
from exams.gatherings.tokens import token_for
from exams.integrity.models import ReviewCase
from exams.marking.models import MarkingPlace
from exams.on_paper.models import PaperPlan, PaperSheet
from exams.papers.models import Paper
from exams.papers.seat_services import import_seats
from exams.practice.models import PracticeCard
from exams.questions.media import PICTURE, Named, media_token
from exams.questions.models import Question, SourceText
from exams.rules.models import ReliefState, RuleSet, TargetRelief
from exams.sheets.models import SheetPage, SheetPrint
from exams.tallies.models import Tally
from lms.core import clock
from lms.members.merging.models import RecordMerge
from lms.members.models import Branch, Member, RosterImport, RosterState
from lms.members.platforms.models import PlatformToken
from lms.members.roster_services import preview_roster
from lms.reports.blanks.models import Blank
from lms.reports.exports.models import Export
from lms.reports.saved.models import SavedFilter
from media_pipeline import playback
from media_pipeline.command import PROGRESSIVE_NAME
from media_pipeline.keys import make_key
from media_pipeline.models import Asset, CaptionCopy, Replacement, Upload
from media_pipeline.packaging import MASTER_NAME
from tests.factories import (
    courses,
    exam_attempts,
    gatherings,
    marked,
    media,
    members,
    on_paper,
    papers,
    progress,
    training,
)
from tests.factories.blanks import make_blank
from tests.factories.closings import make_closing
from tests.factories.contests import make_contest
from tests.factories.corrections import make_appeal, make_reversal_proposal
from tests.factories.finals import ALL, ask, begin, join, make_finished, make_lobby
from tests.factories.hours import make_entry
from tests.factories.integrity import make_case
from tests.factories.merging import make_merge_proposal
from tests.factories.platforms import make_token
from tests.factories.questions import make_card, make_edition, make_question
from tests.factories.rules import make_relief, make_rules
from tests.factories.sheets import make_closed_tally, make_page, make_print, make_tally
from tests.support.matrix_live import LiveWorld

# Who asks. All but the last belong to the branch `first`; "school" administers the whole tree.
ROLES = ("anonymous", "member", "instructor", "secretary", "administrator", "school")
SIGNED_IN = ROLES[1:]
# Whose the thing asked for is: the asker's, a colleague's, or of another branch.
SELF, OWN, SIBLING, PARENT, FOREIGN = WHERES = ("self", "own", "sibling", "parent", "foreign")
BRANCHES = (OWN, SIBLING, PARENT, FOREIGN)


@dataclass(eq=False)
class World(LiveWorld):
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
    def correction(self, person: Member) -> Correction:
        return make_reversal_proposal(self.entry(person), by=self.editor)

    @functools.cache  # noqa: B019
    def appeal(self, person: Member) -> Appeal:
        return make_appeal(self.entry(person))

    @functools.cache  # noqa: B019
    def closing(self, where: str) -> YearClosing:
        """Last year, closed for the branch."""
        return make_closing(self.branches[where], by=self.editor, year=clock.today().year - 1)

    @functools.cache  # noqa: B019
    def question(self, where: str) -> Question:
        """A question of that branch, open for practice."""
        return make_question(self.branch(where), by=self.editor, is_for_practice=True)

    @functools.cache  # noqa: B019
    def practised(self, person: Member, where: str) -> PracticeCard:
        return make_card(person, self.question(where))

    @functools.cache  # noqa: B019
    def question_source(self, where: str) -> SourceText:
        return make_edition(self.branch(where), "第一条 学习。", by=self.editor).text

    def question_media(self, person: Member) -> str:
        """A link of that person to a picture."""
        return media_token(person.pk, PICTURE, courses.picture(by=self.editor).pk)

    @functools.cache  # noqa: B019
    def blank(self, where: str) -> Blank:
        """A form of that branch."""
        return make_blank(self.branches[where], by=members.make_secretary(self.branches[where]))

    @functools.cache  # noqa: B019
    def saved_filter(self, person: Member) -> SavedFilter:
        return SavedFilter.objects.create(
            by=person, branch=self.tree.first, name="未达标", show="behind"
        )

    @functools.cache  # noqa: B019
    def export(self, person: Member) -> Export:
        """Asked for by the person, whatever they may see now."""
        now = clock.now()
        return Export.objects.create(
            by=person,
            branch=self.tree.first,
            year=now.year,
            form="csv",
            language="zh-hans",
            state="ready",
            file=default_storage.save("exports/test.csv", ContentFile(b"x")),
            requested_at=now,
            expires_at=now + dt.timedelta(days=1),
        )

    @functools.cache  # noqa: B019
    def case(self, person: Member) -> ReviewCase:
        return make_case([person])

    @functools.cache  # noqa: B019
    def asset(self, where: str) -> Asset:
        made = courses.lecture(
            by=self.colleagues[where], owner_branch=self.branches[where], take=uuid.uuid4().hex
        )
        media.make_take(made, {MASTER_NAME: b"#EXTM3U\n", PROGRESSIVE_NAME: b"low"})
        media.make_captions(made)
        make_key(asset=made, take=made.take)
        return made

    def replaced_asset(self, where: str) -> Asset:
        """A lecture with a new content that is being made."""
        by = self.colleagues[where]
        branch = self.branches[where]
        old, new = (
            courses.lecture(by=by, owner_branch=branch, take=uuid.uuid4().hex) for _ in range(2)
        )
        Replacement.objects.create(
            asset=old, successor=new, is_edit=True, made_by=by, created_at=clock.now()
        )
        return old

    @functools.cache  # noqa: B019
    def caption_copy(self, where: str) -> CaptionCopy:
        return media.make_caption_copy(self.asset(where))

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
    def question_import(self, person: Member) -> QuestionImport:
        """A file of one question, as if `person` had brought it in."""
        return QuestionImport.objects.create(
            by=person,
            branch=self.branches[OWN],
            file_name="题.txt",
            format=FileFormat.TEXT,
            content="1. 对不对？\n答案：对".encode(),
            found=1,
            made_at=clock.now(),
        )

    @functools.cache  # noqa: B019
    def enrolment(self, where: str) -> Enrolment:
        """A member of that branch in a class of that branch, who has handed in an essay."""
        made = training.make_class(self.branches[where], rule=training.ESSAY, by=self.editor)
        enrolment = training.enrol(made, self.colleagues[where])
        hand_in_essay(enrolment=enrolment, text="学习体会。" * 30)
        return enrolment

    @functools.cache  # noqa: B019
    def own_enrolment(self, person: Member) -> Enrolment:
        """The person in a class somebody else holds, where nobody else of the school is."""
        made = training.make_class(self.branches[FOREIGN], rule=training.ESSAY, by=self.editor)
        return training.enrol(made, person)

    @functools.cache  # noqa: B019
    def certificate(self, enrolment: Enrolment) -> Certificate:
        """One that was given for `enrolment`, with a file."""
        Enrolment.objects.filter(pk=enrolment.pk).update(state="passed", passed_at=clock.now())
        made = issue_certificate(enrolment_id=enrolment.pk)
        assert made is not None
        name = default_storage.save("certificates/test.pdf", ContentFile(b"%PDF-"))
        Certificate.objects.filter(pk=made.pk).update(pdf=name)
        return made

    @functools.cache  # noqa: B019
    def paper(self, where: str) -> Paper:
        """A draft of that branch."""
        return papers.make_paper(self.branches[where], questions=1, by=self.editor)

    @functools.cache  # noqa: B019
    def sealed_paper(self, where: str) -> Paper:
        """A sealed paper of that branch, made by nobody who asks."""
        branch = self.branches[where]
        return papers.make_paper(branch, questions=1, by=self.editor, sealed=True)

    @functools.cache  # noqa: B019
    def held_exam(self, where: str, *, published: bool = False) -> Exam:
        """An exam in a room, with a seat for a member of that branch."""
        branch = self.branches[where]
        made = papers.make_exam(
            branch,
            paper=self.sealed_paper(where),
            by=self.editor,
            fairness=Fairness.ROOM,
            published=published,
        )
        import_seats(exam=made, text=f"{self.colleagues[where].number} 礼堂 1")
        return made

    @functools.cache  # noqa: B019
    def contest(self, where: str) -> Contest:
        """An announced contest of that branch that asks all there is each day."""
        self.question(where)
        return make_contest(self.branches[where], daily_questions=9)

    @functools.cache  # noqa: B019
    def daily_answered(self, person: Member, where: str) -> DailyPractice:
        """`person` has answered today's question of that branch's contest."""
        card = self.practised(person, where)
        return DailyPractice.objects.create(
            contest=self.contest(where),
            member=person,
            day=clock.today(),
            answers={str(card.question_id): False},
        )

    @functools.cache  # noqa: B019
    def draft_contest(self, where: str) -> Contest:
        return make_contest(self.branches[where], opened=False)

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

    @functools.cache  # noqa: B019
    def exam(self, where: str) -> Exam:
        """An open exam of that branch."""
        return exam_attempts.make_exam(self.branches[where], questions=1)

    @functools.cached_property
    def exam_for_all(self) -> Exam:
        return exam_attempts.make_exam(self.tree.committee, questions=1)

    @functools.cache  # noqa: B019
    def attempt(self, person: Member) -> Attempt:
        return exam_attempts.begin(self.exam_for_all, person)

    @functools.cache  # noqa: B019
    def attempt_there(self, where: str) -> Attempt:
        return exam_attempts.begin(self.exam(where), self.colleagues[where])

    @functools.cache  # noqa: B019
    def gathering(self, where: str) -> Gathering:
        """An open gathering of that branch, held by nobody who asks."""
        branch = self.branches[where]
        return gatherings.make_open(branch, by=members.make_secretary(branch))

    @functools.cache  # noqa: B019
    def presence(self, person: Member, where: str) -> Presence:
        """`person` has signed in to a gathering of that branch."""
        return gatherings.join(self.gathering(where), person)

    @functools.cache  # noqa: B019
    def attended(self, person: Member) -> Gathering:
        """A gathering at which this person alone was."""
        gathering = gatherings.make_open(self.tree.first, by=self.people["secretary"])
        gatherings.join(gathering, person)
        return gathering

    @functools.cache  # noqa: B019
    def closed_gathering(self, where: str) -> Gathering:
        """One of that branch that waits for its second person."""
        branch = self.branches[where]
        host = members.make_secretary(branch)
        return gatherings.make_closed(branch, by=host, present=[self.colleagues[where]])

    @functools.cache  # noqa: B019
    def shown(self, where: str) -> Gathering:
        """One of that branch that shows a lesson which everybody may study."""
        branch = self.branches[where]
        by = members.make_secretary(branch)
        return gatherings.make_gathering(branch, by=by, lesson_id=self.open_lesson.pk)

    @functools.cache  # noqa: B019
    def scan(self, where: str) -> Scan:
        gathering = self.gathering(where)
        return keep_scan(by=gathering.host, gathering=gathering, content=courses.SMALLEST_PDF)

    @functools.cache  # noqa: B019
    def tally(self, where: str) -> Tally:
        branch = self.branches[where]
        return make_tally(branch, by=members.make_secretary(branch))

    @functools.cache  # noqa: B019
    def final(self, where: str) -> Final:
        branch = self.branches[where]
        return make_lobby(branch, by=members.make_secretary(branch))

    @functools.cache  # noqa: B019
    def final_picture(self, where: str) -> tuple[Final, str]:
        """A final with a question on the stage, and the token of a picture of it."""
        branch = self.branches[where]
        final = make_lobby(branch, by=members.make_secretary(branch))
        for team in (0, 1):
            join(final, members.make_member(branch), team=team)
        begin(final)
        shown = Named(PICTURE, str(courses.picture(by=self.editor).pk))
        return final, address_of(final.pk, ask(final, ALL), shown).split("/")[-2]

    @functools.cache  # noqa: B019
    def finished_final(self, where: str) -> Final:
        branch = self.branches[where]
        return make_finished(branch, by=members.make_secretary(branch))

    @functools.cache  # noqa: B019
    def closed_tally(self, where: str) -> Tally:
        branch = self.branches[where]
        return make_closed_tally(branch, by=members.make_secretary(branch))

    @functools.cache  # noqa: B019
    def sheet_page(self, where: str) -> SheetPage:
        """One of that branch's tally that waits for a person."""
        return make_page(self.tally(where))

    @functools.cache  # noqa: B019
    def sheet_print(self, where: str) -> SheetPrint:
        return make_print(self.tally(where))

    @functools.cache  # noqa: B019
    def paper_exam(self, where: str) -> Exam:
        """An exam of that branch that is held on paper, by nobody who asks."""
        branch = self.branches[where]
        return on_paper.make_paper_exam(
            branch,
            by=members.make_administrator(branch),
            kinds=("single", "short"),
            writes_on_sheet=True,
        )

    @functools.cache  # noqa: B019
    def paper_sheet(self, where: str) -> PaperSheet:
        """A spare sheet of it that waits for a person."""
        exam = self.paper_exam(where)
        (sheet,) = on_paper.spare_sheets(exam, by=exam.paper_plan.by)
        on_paper.come_back(sheet, {1: [0]})
        return sheet

    @functools.cache  # noqa: B019
    def paper_desk(self, where: str, by: Member) -> MarkingPlace:
        """What somebody else wrote on a sheet of it, taken by this person."""
        exam = self.paper_exam(where)
        attempt = on_paper.counted_on_paper(
            exam, members.make_member(self.branches[where]), by=exam.paper_plan.by
        )
        place = MarkingPlace.objects.get(answer__attempt=attempt)
        until = clock.now() + dt.timedelta(minutes=10)
        MarkingPlace.objects.filter(pk=place.pk).update(marker=by, leased_until=until)
        return place

    @functools.cached_property
    def paper_exam_for_all(self) -> Exam:
        exam = on_paper.make_paper_exam(
            self.tree.committee, by=members.make_administrator(self.tree.committee)
        )
        PaperPlan.objects.filter(exam=exam).update(shows_pages=True)
        return exam

    @functools.cache  # noqa: B019
    def own_sheet(self, person: Member) -> Attempt:
        """A released attempt of this person that came of a sheet they may look at."""
        exam = self.paper_exam_for_all
        return on_paper.released_on_paper(exam, person, by=exam.paper_plan.by)

    def scan_link(self, where: str) -> str:
        """The token the screen shows now."""
        return token_for(token_key(), self.gathering(where).pk, clock.now().timestamp())

    @functools.cache  # noqa: B019
    def merge(self, where: str) -> RecordMerge:
        """Two records of that branch, proposed by nobody who asks."""
        two = [members.make_member(self.branches[where]) for _twice in range(2)]
        return make_merge_proposal(*two, by=self.editor)

    @functools.cache  # noqa: B019
    def sat(self, where: str) -> marked.Sat:
        """An exam of that branch that is over."""
        return marked.make_sat_exam(self.branches[where], by=self.editor)

    @functools.cache  # noqa: B019
    def desk(self, where: str, by: Member) -> MarkingPlace:
        """A written answer of somebody else in that exam, taken by this person."""
        sat = self.sat(where)
        attempt = marked.machine_marked(
            sat, members.make_member(self.branches[where]), [*marked.chose(0, 0), marked.wrote()]
        )
        place = MarkingPlace.objects.get(answer__attempt=attempt)
        until = clock.now() + dt.timedelta(minutes=10)
        MarkingPlace.objects.filter(pk=place.pk).update(marker=by, leased_until=until)
        return place

    @functools.cache  # noqa: B019
    def released(self, where: str) -> Attempt:
        """An attempt at that exam whose result is out, of nobody who asks."""
        made = marked.sit(
            self.sat(where), members.make_member(self.branches[where]), [*marked.chose(0, 0), {}]
        )
        Attempt.objects.filter(pk=made.pk).update(state=AttemptState.RELEASED)
        return made

    @functools.cache  # noqa: B019
    def finished_attempt(self, person: Member) -> Attempt:
        """One of this person, handed in."""
        return marked.sit(self.sat(FOREIGN), person, [*marked.chose(0, 0), {}])

    @functools.cache  # noqa: B019
    def token(self, where: str) -> PlatformToken:
        return make_token(self.branches[where])[0]

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
