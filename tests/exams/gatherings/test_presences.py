"""Who is put on the list how: by themselves, a helper, the host, or from paper."""

import datetime as dt
import io
import threading
from typing import Any

import pytest
import time_machine
from django.db import connection
from PIL import Image

from exams.gatherings import presence_services, queries, services
from exams.gatherings.errors import (
    AlreadyPresentError,
    NotFoundOnRosterError,
    NotTheHostError,
    SignInClosedError,
    TooManyTriesError,
    UnusableScanError,
)
from exams.gatherings.models import Gathering, How, Presence, Scan
from exams.gatherings.presence_services import MOST_TRIES
from exams.gatherings.scan_services import MOST_SCANS, keep_scan
from exams.gatherings.tokens import code_for
from lms.core import clock
from lms.core.errors import DomainError
from lms.core.states import StateMovedError
from lms.members.models import Membership
from tests.exams.gatherings.conftest import NOON, People
from tests.factories.courses import SMALLEST_PDF
from tests.factories.gatherings import (
    confirm,
    hows,
    join,
    make_closed,
    make_gathering,
    make_open,
    tick,
)
from tests.factories.members import BranchTree, make_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_stands")]


def code_of(gathering: Gathering) -> str:
    return code_for(queries.token_key(), gathering.pk, clock.now().timestamp())


def test_scan_code_tick_and_paper_each_say_how_when_and_by_whom(
    tree: BranchTree, people: People
) -> None:
    gathering = make_open(tree.first, by=people.host)
    wang = make_member(tree.first, name="王䶮")
    join(gathering, people.zhang)
    presence_services.join_by_code(member=people.li, code=code_of(gathering))
    tick(gathering, [people.second], by=people.host)
    presence_services.save_paper(by=people.host, gathering=gathering, text="王䶮")
    assert [
        (row.member, How(row.how), row.at, row.by) for row in queries.presences_of(gathering)
    ] == [
        (people.zhang, How.QR, NOON, people.zhang),
        (people.li, How.CODE, NOON, people.li),
        (people.second, How.TICK, NOON, people.host),
        (wang, How.PAPER, NOON, people.host),
    ]


def test_a_member_is_on_the_list_once(tree: BranchTree, people: People) -> None:
    gathering = make_open(tree.first, by=people.host)
    join(gathering, people.zhang)
    with pytest.raises(AlreadyPresentError):
        join(gathering, people.zhang)
    assert tick(gathering, [people.zhang, people.li], by=people.host) == 1
    with pytest.raises(AlreadyPresentError):
        presence_services.join_by_code(member=people.li, code=code_of(gathering))
    assert hows(gathering) == [("张秀英", How.QR), ("李淏", How.TICK)]


@pytest.mark.django_db(transaction=True)
def test_scanned_and_ticked_at_once_is_one_row(tree: BranchTree, people: People) -> None:
    gathering = make_open(tree.first, by=people.host)
    gate, results = threading.Barrier(2), []

    def run(work: Any) -> None:
        gate.wait()
        try:
            with time_machine.travel(NOON, tick=False):
                work()
            results.append("done")
        except DomainError as error:
            results.append(type(error).__name__)
        finally:
            connection.close()

    works = [
        lambda: join(gathering, people.zhang),
        lambda: tick(gathering, [people.zhang], by=people.host),
    ]
    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(results) <= {"done", "AlreadyPresentError"}
    assert Presence.objects.count() == 1


def test_a_scan_is_good_for_ten_minutes_while_the_gathering_runs(
    tree: BranchTree, people: People
) -> None:
    gathering = make_open(tree.first, by=people.host)
    for member, minutes, allowed in ((people.zhang, 10, True), (people.li, 10.1, False)):
        scanned_at = NOON - dt.timedelta(minutes=minutes)
        if allowed:
            presence_services.join_by_scan(
                member=member, gathering_id=gathering.pk, scanned_at=scanned_at
            )
            continue
        with pytest.raises(SignInClosedError):
            presence_services.join_by_scan(
                member=member, gathering_id=gathering.pk, scanned_at=scanned_at
            )
    services.close_gathering(gathering=gathering, by=people.host)
    with pytest.raises(SignInClosedError):
        join(gathering, people.li)


def test_a_code_of_another_time_or_after_too_many_tries_is_refused(
    tree: BranchTree, people: People, clock_stands: time_machine.Traveller
) -> None:
    gathering = make_open(tree.first, by=people.host)
    old = code_of(gathering)
    clock_stands.shift(dt.timedelta(seconds=200))
    for _ in range(MOST_TRIES):
        with pytest.raises(NotFoundOnRosterError):
            presence_services.join_by_code(member=people.zhang, code=old)
    with pytest.raises(TooManyTriesError):
        presence_services.join_by_code(member=people.zhang, code=code_of(gathering))
    assert presence_services.join_by_code(member=people.li, code=code_of(gathering))


def test_a_guest_joins_by_scan_or_by_number_and_name(tree: BranchTree, people: People) -> None:
    gathering = make_open(tree.first, by=people.host)
    other = make_member(tree.second, name="马远行")
    join(gathering, people.guest)
    with pytest.raises(NotFoundOnRosterError):
        presence_services.tick_guest(
            by=people.host, gathering=gathering, number=other.number, name="马远"
        )
    entered = presence_services.tick_guest(
        by=people.host, gathering=gathering, number=other.number, name="马远行"
    )
    assert (entered.how, entered.home_branch) == (How.TICK, tree.second)
    assert [row.is_guest for row in queries.presences_of(gathering)] == [True, True]
    # Ticking by id alone is for the branch's own.
    third = make_member(tree.second)
    assert tick(gathering, [third], by=people.host) == 0


def test_who_belongs_to_no_branch_that_day_is_told_so(tree: BranchTree, people: People) -> None:
    gathering = make_open(tree.first, by=people.host)
    with pytest.raises(NotFoundOnRosterError):
        join(gathering, make_member())
    assert Presence.objects.count() == 0


def test_both_branches_see_the_record_and_no_third(tree: BranchTree, people: People) -> None:
    gathering = make_open(tree.first, by=people.host)
    stranger = make_member(tree.third)

    def seen(by: Any) -> bool:
        return queries.gathering_for(by, gathering.pk) is not None

    assert (seen(people.host), seen(people.guests_secretary)) == (True, False)
    join(gathering, people.guest)
    join(gathering, people.zhang)
    assert (seen(people.host), seen(people.guests_secretary), seen(stranger)) == (True, True, False)
    assert queries.gathering_for(people.guests_secretary, gathering.pk, hosted=True) is None
    rows = queries.presences_shown(people.guests_secretary, gathering, is_host=False)
    assert [row.member for row in rows] == [people.guest]


def test_a_helper_brings_in_two_and_both_names_are_kept(tree: BranchTree, people: People) -> None:
    gathering = make_open(tree.first, by=people.host)
    old = [make_member(tree.first, name=f"老党员{number}") for number in range(3)]

    def help_in(member: Any) -> Presence:
        return presence_services.help_join(
            by=people.zhang, gathering=gathering, number=member.number, name=member.name
        )

    with pytest.raises(SignInClosedError):
        help_in(old[0])
    join(gathering, people.zhang)
    for member in old[:2]:
        entered = help_in(member)
        assert (entered.member, entered.helper, entered.by) == (member, people.zhang, people.zhang)
    with pytest.raises(SignInClosedError):
        help_in(old[2])


def test_paper_is_read_before_it_is_saved(tree: BranchTree, people: People) -> None:
    gathering = make_open(tree.first, by=people.host)
    text = f"张秀英\n不认识\n{people.guest.number} 胡立新"
    found = presence_services.read_paper(by=people.host, gathering=gathering, text=text)
    assert [person.name for person in found.people] == ["张秀英", "胡立新"]
    assert [problem.line for problem in found.problems] == [2]
    assert Presence.objects.count() == 0
    assert presence_services.save_paper(by=people.host, gathering=gathering, text=text) == 2
    assert presence_services.save_paper(by=people.host, gathering=gathering, text=text) == 0
    with pytest.raises(NotTheHostError):
        presence_services.read_paper(by=people.guests_secretary, gathering=gathering, text="张秀英")


def test_a_mistake_is_taken_off_the_list_until_it_is_confirmed(
    tree: BranchTree, people: People
) -> None:
    gathering = make_closed(tree.first, by=people.host, present=[people.zhang, people.li])
    zhang, li = queries.presences_of(gathering)
    Gathering.objects.filter(pk=gathering.pk).update(witness=people.li)
    with pytest.raises(NotTheHostError):
        presence_services.remove_presence(
            by=people.guests_secretary, gathering=gathering, presence_id=li.pk
        )
    presence_services.remove_presence(by=people.host, gathering=gathering, presence_id=li.pk)
    gathering.refresh_from_db()
    assert gathering.witness is None
    confirm(gathering, by=people.second)
    with pytest.raises(StateMovedError):
        presence_services.remove_presence(by=people.host, gathering=gathering, presence_id=zhang.pk)
    assert hows(gathering) == [("张秀英", How.QR)]


def test_the_list_is_of_the_day_of_the_gathering(tree: BranchTree, people: People) -> None:
    gathering = make_open(tree.first, by=people.host)
    Membership.objects.filter(member=people.li).update(left_on=dt.date(2026, 11, 20))
    assert people.li not in queries.absent_members(gathering)
    assert people.zhang in queries.absent_members(gathering)
    assert list(queries.absent_members(gathering, named="秀英")) == [people.zhang]


# --- Scans ----------------------------------------------------------------------------------------


def photograph(colour: str = "#ffffff", size: tuple[int, int] = (3000, 2000)) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "camera"
    Image.new("RGB", size, colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.mark.slow
def test_a_photograph_is_drawn_anew_without_what_it_hides(tree: BranchTree, people: People) -> None:
    gathering = make_gathering(tree.first, by=people.host)
    scan = keep_scan(by=people.host, gathering=gathering, content=photograph())
    with scan.file.open() as file, Image.open(file) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (2400, 1600), {})
    assert keep_scan(by=people.host, gathering=gathering, content=photograph()) == scan
    pdf = keep_scan(by=people.host, gathering=gathering, content=SMALLEST_PDF)
    assert [one.content_type for one in queries.scans_of(gathering)] == [
        "image/jpeg", "application/pdf",
    ]  # fmt: skip
    assert pdf.is_picture is False


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"\xff\xd8\xff\xe0broken",
     b"%PDF-" + b"x" * 10 * 1024**2],
)  # fmt: skip
def test_what_is_no_picture_or_too_large_is_refused(
    tree: BranchTree, people: People, content: bytes
) -> None:
    gathering = make_gathering(tree.first, by=people.host)
    with pytest.raises(UnusableScanError):
        keep_scan(by=people.host, gathering=gathering, content=content)
    assert Scan.objects.count() == 0


def test_so_many_scans_and_only_until_it_is_confirmed(tree: BranchTree, people: People) -> None:
    gathering = make_closed(tree.first, by=people.host, present=[people.zhang])
    with pytest.raises(NotTheHostError):
        keep_scan(by=people.guests_secretary, gathering=gathering, content=SMALLEST_PDF)
    for number in range(MOST_SCANS):
        keep_scan(by=people.host, gathering=gathering, content=SMALLEST_PDF + b"%d" % number)
    with pytest.raises(UnusableScanError):
        keep_scan(by=people.host, gathering=gathering, content=SMALLEST_PDF)
    confirm(gathering, by=people.second)
    with pytest.raises(StateMovedError):
        keep_scan(by=people.host, gathering=gathering, content=SMALLEST_PDF)
