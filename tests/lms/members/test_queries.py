"""Who belongs where and who sees whom, held against a naive walk of the tree."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.core import clock
from lms.members.models import Branch, Member, Membership, Role, RoleAssignment
from lms.members.queries import (
    administered_branches,
    administered_members,
    branch_on,
    has_role,
    member_named,
    members_of,
    named,
    outermost,
    visible_branches,
    visible_members,
)
from lms.members.services import deactivate_member
from tests.factories.members import (
    make_administrator,
    make_branch,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db

MARCH = dt.date(2026, 3, 1)
JULY = dt.date(2026, 7, 1)


# --- The tree against the oracle ------------------------------------------------------------

Move = tuple[int, int]
moves = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=6)


@pytest.mark.slow
@given(
    parents=st.lists(st.integers(0, 99), min_size=1, max_size=14),
    moves=moves,
    held=st.lists(st.tuples(st.integers(0, 99), st.sampled_from(Role.values)), max_size=4),
    seats=st.lists(st.integers(0, 99), max_size=6),
)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_scope_is_what_a_walk_of_the_tree_finds(
    parents: list[int], moves: list[Move], held: list[tuple[int, str]], seats: list[int]
) -> None:
    with transaction.atomic():
        branches = _grow(parents)
        above = _move(branches, moves)
        person = make_member(number="person")
        for index, role in held:
            RoleAssignment.objects.get_or_create(
                member=person,
                branch_id=branches[index % len(branches)],
                role=role,
                from_on=MARCH,
            )
        seated = {
            make_member(Branch.objects.get(pk=branch), number=f"seat-{n}").pk: branch
            for n, branch in enumerate(branches[seat % len(branches)] for seat in seats)
        }

        def below(*roles: str) -> set[int]:
            tops = {branches[i % len(branches)] for i, role in held if role in roles}
            return {branch for branch in branches if tops & set(_line(above, branch))}

        overseen = below(Role.SECRETARY, Role.ADMINISTRATOR)
        assert {b.pk for b in visible_branches(person)} == overseen
        assert {b.pk for b in administered_branches(person)} == below(Role.ADMINISTRATOR)
        assert {m.pk for m in visible_members(person)} == {
            member for member, branch in seated.items() if branch in overseen
        } | {person.pk}
        assert {m.pk for m in administered_members(person)} == {
            member for member, branch in seated.items() if branch in below(Role.ADMINISTRATOR)
        }
        for branch in Branch.objects.all():
            assert has_role(person, Role.SECRETARY, branch) == (branch.pk in below(Role.SECRETARY))
            assert [m.pk for m in members_of(branch, MARCH)] == [
                member for member, seat in seated.items() if branch.pk in _line(above, seat)
            ]
        transaction.set_rollback(True)


def _grow(parents: list[int]) -> list[int]:
    """A root, then each branch below one of those before it, or a second root for 0."""
    made = [make_branch().pk]
    for parent in parents:
        top = made[parent % len(made)]
        made.append(make_branch(Branch.objects.get(pk=top) if parent else None).pk)
    return made


def _move(branches: list[int], moves: list[Move]) -> dict[int, int | None]:
    """Move whole subtrees; returns each branch's parent, kept beside the tree, not read off it."""
    above: dict[int, int | None] = {
        branch.pk: (parent.pk if (parent := branch.get_parent()) else None)
        for branch in Branch.objects.all()
    }
    for what, where in moves:
        moved, target = branches[what % len(branches)], branches[where % len(branches)]
        if moved in _line(above, target):
            continue
        Branch.objects.get(pk=moved).move(Branch.objects.get(pk=target), "first-child")
        above[moved] = target
    return above


def _line(above: dict[int, int | None], branch: int) -> list[int]:
    line: list[int] = []
    step: int | None = branch
    while step is not None:
        line.append(step)
        step = above[step]
    return line


@given(st.lists(st.text("AB", min_size=1, max_size=5)))
def test_outermost_keeps_what_covers_the_rest(paths: list[str]) -> None:
    kept = outermost(paths)
    assert {path for path in paths if any(path.startswith(top) for top in kept)} == set(paths)
    assert not [(a, b) for a in kept for b in kept if a != b and a.startswith(b)]


# --- Dates ------------------------------------------------------------------------------------


def test_branch_on_follows_the_dates() -> None:
    tree = make_branch_tree()
    member = make_member(tree.first, joined_on=MARCH, left_on=JULY)
    Membership.objects.create(member=member, branch=tree.second, joined_on=JULY)

    days = [MARCH - dt.timedelta(days=1), MARCH, JULY - dt.timedelta(days=1), JULY]
    assert [branch_on(member, day) for day in days] == [None, tree.first, tree.first, tree.second]


def test_members_of_a_day_stay_with_the_branch_they_were_in() -> None:
    tree = make_branch_tree()
    member = make_member(tree.first, joined_on=MARCH, left_on=JULY)
    Membership.objects.create(member=member, branch=tree.third, joined_on=JULY)

    june = dt.date(2026, 6, 30)
    assert list(members_of(tree.first, june)) == [member]
    assert list(members_of(tree.general, june)) == [member]
    assert list(members_of(tree.general, JULY)) == []
    assert list(members_of(tree.committee, JULY)) == [member]


def test_a_term_opens_on_its_first_day_and_closes_on_its_last() -> None:
    tree = make_branch_tree()
    today = clock.today()
    tomorrow, yesterday = today + dt.timedelta(days=1), today - dt.timedelta(days=1)

    serving = make_secretary(tree.first, from_on=today, until_on=tomorrow)
    over = make_secretary(tree.first, from_on=yesterday, until_on=today)
    not_yet = make_secretary(tree.first, from_on=tomorrow)

    assert [list(visible_branches(by)) for by in (serving, over, not_yet)] == [
        [tree.first],
        [],
        [],
    ]


def test_secretary_sees_own_subtree_and_nothing_beside_or_above() -> None:
    tree = make_branch_tree()
    here, beside = make_member(tree.first), make_member(tree.second)
    secretary = make_secretary(tree.first)
    above = make_secretary(tree.general)

    assert list(visible_members(secretary)) == [here, secretary]
    assert list(visible_members(above)) == [here, beside, secretary, above]
    assert list(visible_branches(secretary)) == [tree.first]
    assert list(visible_branches(above)) == [tree.general, tree.first, tree.second]


def test_members_and_instructors_see_only_themselves() -> None:
    tree = make_branch_tree()
    member, instructor = make_member(tree.first), make_instructor(tree.committee)

    assert [list(visible_members(by)) for by in (member, instructor)] == [[member], [instructor]]
    assert [list(visible_branches(by)) for by in (member, instructor)] == [[], []]


def test_nobody_sees_anything_before_signing_in_or_after_being_put_out() -> None:
    tree = make_branch_tree()
    secretary = make_secretary(tree.first)
    deactivate_member(member=secretary)

    for by in (AnonymousUser(), secretary):
        assert list(visible_branches(by)) == []
        assert list(visible_members(by)) == []
        assert not has_role(by, Role.SECRETARY)


def test_administered_members_include_who_has_left_and_who_is_to_come() -> None:
    tree = make_branch_tree()
    today = clock.today()
    administrator = make_administrator(tree.general)
    left = make_member(tree.first, joined_on=MARCH, left_on=today)
    to_come = make_member(tree.first, joined_on=today + dt.timedelta(days=9))
    gone_elsewhere = make_member(tree.first, joined_on=MARCH, left_on=today)
    Membership.objects.create(member=gone_elsewhere, branch=tree.third, joined_on=today)
    make_member(None)

    assert list(administered_members(administrator)) == [administrator, left, to_come]


@pytest.mark.slow
def test_superuser_sees_all() -> None:
    tree = make_branch_tree()
    member = make_member(tree.first)
    superuser = Member.objects.create_superuser("root", "study-2026", name="系统")

    assert list(administered_members(superuser)) == [member, superuser]
    assert list(visible_branches(superuser)) == list(Branch.objects.order_by("path"))


def test_a_number_is_preferred_to_somebody_elses_phone() -> None:
    by_phone = make_member(phone="13800000001")
    assert member_named("13800000001") == by_phone
    by_number = make_member(number="13800000001")
    assert member_named("13800000001") == by_number
    assert member_named("nobody") is None


@pytest.mark.parametrize("branches", [1, 3])
def test_scope_takes_two_queries_whatever_the_tree(
    branches: int, django_assert_num_queries: object
) -> None:
    root = make_branch()
    secretary = make_secretary(root)
    for _ in range(branches):
        make_member(make_branch(root))
    with django_assert_num_queries(2):  # type: ignore[operator]
        list(visible_branches(secretary))
    with django_assert_num_queries(2):  # type: ignore[operator]
        list(visible_members(secretary))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    names=st.lists(st.text("王建国aA%_\\", min_size=1, max_size=4), max_size=6),
    text=st.text("王建国aA%_\\", min_size=1, max_size=3),
)
def test_whoever_is_looked_for_by_part_of_a_name_is_found(names: list[str], text: str) -> None:
    with transaction.atomic():
        people = [make_member(name=name, password=None) for name in names]
        found = named(Member.objects.all(), text)
        assert {person.pk for person in found} == {
            person.pk for person in people if text.upper() in person.name.upper()
        }
        transaction.set_rollback(True)
