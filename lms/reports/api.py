"""Study hours for other systems, read only: entries in a lasting order, years, ends of chains."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from exams.credit.models import SourceKind, StudyCategory
from lms.core import clock
from lms.members.platforms.api import PlatformView, described, token_of
from lms.members.platforms.models import Scope
from lms.reports.feed import queries
from lms.reports.feed.cursor import Kind, decoded, encoded
from lms.reports.feed.services import place_entries
from lms.reports.years import FIRST_YEAR, YearState

MOST_A_PAGE = 500
PAGE = 200


# --- What is asked for --------------------------------------------------------------------------


class PageQuery(serializers.Serializer[Any]):
    """Where a page begins and how long it is."""

    cursor = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=60,
        help_text="`next_cursor` of the page before; without one, from the beginning.",
    )
    limit = serializers.IntegerField(
        required=False, default=PAGE, min_value=1, max_value=MOST_A_PAGE
    )
    kind = Kind.HEADS

    def validate_cursor(self, cursor: str) -> int:
        if not cursor:
            return 0
        place = decoded(self.kind, cursor)
        if place is None:
            raise serializers.ValidationError(
                _("游标无效。请原样传回上一页的 next_cursor，或不带游标从头开始。")
            )
        return place[0]


class EntriesQuery(PageQuery):
    """Filters of the entries."""

    year = serializers.IntegerField(
        required=False, min_value=FIRST_YEAR, max_value=9998, help_text="Of `earned_on`."
    )
    branch = serializers.CharField(
        required=False, max_length=32, help_text="A branch's code: it and all below."
    )
    updated_since = serializers.DateTimeField(
        required=False, help_text="Of `updated_at`; that instant included."
    )
    kind = Kind.ENTRIES


# --- What is answered ---------------------------------------------------------------------------


class HoursField(serializers.DecimalField):
    """Hours are text with two decimals, so that no reader makes them inexact."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, **options)


class EntrySerializer(serializers.Serializer[Any]):
    """One posting of hours. It never changes; what was wrong is taken back by a reversal."""

    idempotency_key = serializers.UUIDField(help_text="The same for this entry for ever.")
    member_number = serializers.CharField(source="entry.member.number")
    branch_code = serializers.CharField(
        source="entry.branch.code", help_text="The member's branch on `earned_on`."
    )
    category = serializers.ChoiceField(source="entry.category", choices=StudyCategory.choices)
    hours = HoursField(source="entry.hours", help_text="Negative in a reversal.")
    counted_hours = HoursField(
        source="entry.counted_hours", help_text="What of it fills the annual target."
    )
    earned_on = serializers.DateField(source="entry.earned_on")
    created_at = serializers.DateTimeField(source="entry.created_at")
    updated_at = serializers.DateTimeField(
        source="place.placed_at", help_text="When it became readable here; the order of the list."
    )
    source_kind = serializers.ChoiceField(source="entry.source_kind", choices=SourceKind.choices)
    source_id = serializers.CharField(source="entry.source_id")
    source_title = serializers.CharField(source="entry.source_title")
    rule_version = serializers.CharField(source="entry.rule_version")
    reverses = serializers.UUIDField(
        allow_null=True, help_text="Idempotency key of the entry taken back."
    )
    member_seq = serializers.IntegerField(
        source="entry.member_seq", help_text="Position in the member's chain, from 1."
    )
    previous_hash = serializers.CharField(
        source="entry.previous_hash", help_text="Hash of the member's entry before; empty at first."
    )
    hash = serializers.CharField(source="entry.hash")


class EntryPageSerializer(serializers.Serializer[Any]):
    """One page of entries; `next_cursor` is kept, and asked with again later."""

    results = EntrySerializer(many=True)
    next_cursor = serializers.CharField()
    has_more = serializers.BooleanField()


class HeadSerializer(serializers.Serializer[Any]):
    """Where one member's chain of entries ends now."""

    member_number = serializers.CharField(source="member.number")
    seq = serializers.IntegerField(help_text="How many entries the member has.")
    hash = serializers.CharField(help_text="Hash of the last of them.")


class HeadPageSerializer(serializers.Serializer[Any]):
    """One page of chain ends."""

    results = HeadSerializer(many=True)
    next_cursor = serializers.CharField()
    has_more = serializers.BooleanField()


class MemberYearSerializer(serializers.Serializer[Any]):
    """A member's year, the figures of archive and board."""

    member_number = serializers.CharField(source="member.number")
    branch_code = serializers.CharField(
        help_text="Where the member belongs, today or on the last day of a past year."
    )
    year = serializers.IntegerField()
    counted_hours = HoursField(source="study.counted")
    all_hours = HoursField(source="study.all_hours")
    target_hours = HoursField(source="study.target")
    missing_hours = HoursField(source="study.missing")
    events = serializers.IntegerField(
        source="study.events", help_text="Occasions of 集中培训 attended."
    )
    required_events = serializers.IntegerField(source="study.required_events")
    state = serializers.ChoiceField(
        source="study.state", choices=[(state.value, state.name) for state in YearState]
    )
    hours_by_category = serializers.DictField(source="study.by_category", child=HoursField())


class FiguresSerializer(serializers.Serializer[Any]):
    """What a board says of a set of branches."""

    members = serializers.IntegerField()
    due = serializers.IntegerField(help_text="Of them, those of whom hours are asked.")
    reached = serializers.IntegerField()
    started = serializers.IntegerField()
    not_started = serializers.IntegerField()
    counted_hours = HoursField(help_text="Personal totals of those due, wherever earned.")
    credited_hours = HoursField(help_text="Entries on which these branches are written.")
    credited_by_category = serializers.DictField(source="credited", child=HoursField())


class BranchPartSerializer(serializers.Serializer[Any]):
    """A subtree directly below, or (`is_own`) what belongs to the branch itself."""

    branch_code = serializers.CharField(source="branch.code")
    is_own = serializers.BooleanField()
    figures = FiguresSerializer()


class BranchYearSerializer(serializers.Serializer[Any]):
    """A branch's year with all below it; the parts add up to it."""

    branch_code = serializers.CharField(source="branch.code")
    year = serializers.IntegerField()
    day = serializers.DateField(help_text="Memberships of this day decide who is counted.")
    figures = FiguresSerializer()
    parts = BranchPartSerializer(source="rows", many=True)


# --- Views --------------------------------------------------------------------------------------


class StudyHoursView(PlatformView):
    """Entries of the token's branch and all below, in an order that only grows at its end."""

    scope = Scope.STUDY_HOURS

    @described(EntryPageSerializer, parameters=[EntriesQuery], operation_id="study_hours")
    def get(self, request: Request) -> Response:
        asked = _asked(EntriesQuery, request)
        path = token_of(request).branch.path
        if "branch" in asked:
            branch = queries.branch_under(path, asked["branch"])
            if branch is None:
                raise NotFound
            path = branch.path
        place_entries()
        until = queries.horizon().position
        places = queries.entries_under(
            path,
            after=asked["cursor"],
            until=until,
            most=asked["limit"] + 1,
            year=asked.get("year"),
            since=asked.get("updated_since"),
        )
        page, has_more = places[: asked["limit"]], len(places) > asked["limit"]
        # At the end, the next page begins where all that is placed now has been looked at.
        last = page[-1].position or 0 if has_more else max(until, asked["cursor"])
        return _page(
            EntryPageSerializer,
            [queries.FeedEntry(place) for place in page],
            encoded(Kind.ENTRIES, last),
            has_more,
        )


class LedgerHeadsView(PlatformView):
    """Where the chains of those who belong to the token's branch today end."""

    scope = Scope.LEDGER_HEADS

    @described(HeadPageSerializer, parameters=[PageQuery], operation_id="ledger_heads")
    def get(self, request: Request) -> Response:
        asked = _asked(PageQuery, request)
        heads = queries.heads_under(
            token_of(request).branch,
            after=asked["cursor"],
            most=asked["limit"] + 1,
            today=clock.today(),
        )
        page, has_more = heads[: asked["limit"]], len(heads) > asked["limit"]
        last = page[-1].pk if page else asked["cursor"]
        return _page(HeadPageSerializer, page, encoded(Kind.HEADS, last), has_more)


# As the address takes it: anything else is no address of this school.
YEAR = OpenApiParameter("year", {"type": "integer", "minimum": 0}, OpenApiParameter.PATH)


class MemberYearView(PlatformView):
    """The year of a member whom the board of the token's branch shows."""

    scope = Scope.YEARS

    @described(MemberYearSerializer, operation_id="member_year", parameters=[YEAR])
    def get(self, request: Request, number: str, year: int) -> Response:
        branch = token_of(request).branch
        found = queries.member_year(branch, number, year, clock.today())
        if found is None:
            raise NotFound
        return Response(MemberYearSerializer(found).data)


class BranchYearView(PlatformView):
    """The year of the token's branch or of one below it."""

    scope = Scope.YEARS

    @described(BranchYearSerializer, operation_id="branch_year", parameters=[YEAR])
    def get(self, request: Request, code: str, year: int) -> Response:
        path = token_of(request).branch.path
        board = queries.branch_year(path, code, year, clock.today())
        if board is None:
            raise NotFound
        return Response(BranchYearSerializer(board).data)


def _asked(query: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """What the address asks for; 400 with a sentence for each thing that cannot be."""
    unknown = sorted(set(request.query_params) - set(query().fields))
    if unknown:
        raise serializers.ValidationError(
            {name: [_("没有这个参数。请对照接口文档。")] for name in unknown}
        )
    asked = query(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _page(
    serializer: type[serializers.Serializer[Any]], results: Any, cursor: str, has_more: bool
) -> Response:
    page = {"results": results, "next_cursor": cursor, "has_more": has_more}
    return Response(serializer(page).data)
