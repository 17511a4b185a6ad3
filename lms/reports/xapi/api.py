"""xAPI statements for other systems: the part of GET /statements that pulling in order needs."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from lms.members.platforms.api import PlatformView, described, token_of
from lms.members.platforms.models import Scope
from lms.reports.feed.cursor import Kind, decoded, encoded
from lms.reports.feed.queries import horizon
from lms.reports.feed.services import place_entries
from lms.reports.xapi.queries import BEFORE_ALL, place_before, statements_after
from lms.reports.xapi.statements import VERSION, instant

MOST_A_PAGE = 100
VERSION_HEADER = "X-Experience-API-Version"
THROUGH_HEADER = "X-Experience-API-Consistent-Through"


class StatementsQuery(serializers.Serializer[Any]):
    """What of the statements resource's parameters is understood."""

    since = serializers.DateTimeField(
        required=False, help_text="Statements stored after this instant."
    )
    limit = serializers.IntegerField(
        required=False, default=0, min_value=0, help_text="0: as many as a page may hold."
    )
    ascending = serializers.BooleanField(
        required=False, default=True, help_text="Statements come oldest first; only `true`."
    )
    cursor = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=60,
        help_text="Part of `more`.",
    )

    def validate_ascending(self, ascending: bool) -> bool:
        if not ascending:
            raise ValidationError(_("只能按时间先后读取（ascending=true）。"))
        return ascending

    def validate_cursor(self, cursor: str) -> tuple[int, int] | None:
        if not cursor:
            return None
        place = decoded(Kind.STATEMENTS, cursor, length=2)
        if place is None:
            raise ValidationError(_("游标无效。请原样使用上一页的 more。"))
        return place[0], place[1]


class StatementPageSerializer(serializers.Serializer[Any]):
    """A StatementResult."""

    statements = serializers.ListField(child=serializers.DictField())
    more = serializers.CharField(allow_blank=True, help_text="Where the next page is; empty: none.")


class StatementsView(PlatformView):
    """Statements of verified watching in the token's branch and all below, oldest first."""

    scope = Scope.XAPI

    @described(
        StatementPageSerializer,
        operation_id="xapi_statements",
        parameters=[
            StatementsQuery,
            OpenApiParameter(
                VERSION_HEADER, OpenApiTypes.STR, OpenApiParameter.HEADER, required=True
            ),
        ],
    )
    def get(self, request: Request) -> Response:
        if not request.headers.get(VERSION_HEADER, "").startswith("1.0"):
            raise ValidationError(
                _("请在请求头中写明 %(header)s: %(version)s。")
                % {"header": VERSION_HEADER, "version": VERSION}
            )
        asked = _asked(request)
        most = min(asked["limit"] or MOST_A_PAGE, MOST_A_PAGE)
        place_entries()
        until = horizon()
        after = asked["cursor"] or (
            place_before(asked["since"]) if "since" in asked else BEFORE_ALL
        )
        found = statements_after(
            token_of(request).branch.path,
            after=after,
            until=until.position,
            most=most + 1,
            home=settings.PUBLIC_URL.rstrip("/"),
        )
        page = found[:most]
        more = ""
        if len(found) > most:
            cursor = encoded(Kind.STATEMENTS, page[-1].position, page[-1].index)
            more = f"{request.path}?{urlencode({'cursor': cursor, 'limit': most})}"
        answer = Response({"statements": [each.statement for each in page], "more": more})
        if until.placed_at is not None:
            answer[THROUGH_HEADER] = instant(until.placed_at)
        return answer

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response[VERSION_HEADER] = VERSION
        return response


def _asked(request: Request) -> dict[str, Any]:
    """The parameters; what is not understood is refused, as xAPI wants it."""
    unknown = sorted(set(request.query_params) - set(StatementsQuery().fields))
    if unknown:
        raise ValidationError({name: [_("不支持这个参数。")] for name in unknown})
    asked = StatementsQuery(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)
