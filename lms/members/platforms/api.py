"""The gate of the API for other systems: token, scope, rate; each view below it names its scope."""

import logging
from collections.abc import Callable
from typing import Any, ClassVar, Never

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from redis.exceptions import RedisError
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from lms.core import clock
from lms.core.access import TOKEN, access
from lms.members.platforms.models import PlatformToken
from lms.members.platforms.queries import token_shown
from lms.members.platforms.services import note_use

logger = logging.getLogger(__name__)
WINDOW_SECONDS = 60


class PlatformAuthentication(BaseAuthentication):
    """`Authorization: Bearer lms_…`; a session's cookie opens nothing here."""

    def authenticate(self, request: Request) -> tuple[Any, PlatformToken] | None:
        kind, _space, shown = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        token = token_shown(shown.strip())
        if token is None:
            raise AuthenticationFailed(_("令牌不正确。请核对后重试，或请学校管理员换发。"))
        if token.revoked_at is not None:
            raise AuthenticationFailed(_("令牌已吊销。请联系学校管理员。"))
        if not token.is_live(clock.now()):
            raise AuthenticationFailed(_("令牌已到期。请联系学校管理员重新签发。"))
        note_use(token=token)
        return AnonymousUser(), token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class PlatformAuthenticationScheme(OpenApiAuthenticationExtension):
    """How the published description calls it."""

    target_class = PlatformAuthentication
    name = "platformToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "lms_…"}


class HasScope(BasePermission):
    """The token names the scope that the view asks for."""

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        if not isinstance(token, PlatformToken):
            return False
        if view.scope not in token.scopes:
            raise PermissionDenied(
                _("令牌不含“%(scope)s”权限。请学校管理员另行签发。") % {"scope": view.scope.label}
            )
        return True


class PlatformThrottle(BaseThrottle):
    """So many requests a minute for each token, counted in the cache.

    Without the cache nobody is counted: whoever comes this far has shown a token.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        minute = int(clock.now().timestamp()) // WINDOW_SECONDS
        key = f"platform-{request.auth.pk}-{minute}"
        try:
            cache.add(key, 0, 2 * WINDOW_SECONDS)
            return bool(cache.incr(key) <= settings.PLATFORM_REQUESTS_A_MINUTE)
        except (RedisError, ValueError) as error:
            logger.warning("requests of platforms are not counted: %s", error)
            return True

    def wait(self) -> float:
        return WINDOW_SECONDS - clock.now().timestamp() % WINDOW_SECONDS


class RefusalSerializer(serializers.Serializer[Any]):
    """Why a request was refused, in a sentence."""

    detail = serializers.CharField()


def described(answer: type[serializers.Serializer[Any]], **more: Any) -> Callable[..., Any]:
    """Describe a platform's GET: what it answers, and how everything else is refused."""
    refused = dict.fromkeys((401, 403, 404, 429), RefusalSerializer)
    mistaken = {400: OpenApiResponse(OpenApiTypes.OBJECT, "A sentence for each parameter.")}
    unchanged = {304: OpenApiResponse(None, "As the ETag in If-None-Match says.")}
    responses = {200: answer, **unchanged, **mistaken, **refused}
    return extend_schema(tags=["platform"], responses=responses, **more)


@access(TOKEN)
@method_decorator(conditional_page, name="dispatch")
class PlatformView(APIView):
    """What a platform reads: `scope` is asked of the token, answers carry an ETag."""

    authentication_classes = (PlatformAuthentication,)
    permission_classes = (HasScope,)
    throttle_classes = (PlatformThrottle,)
    scope: ClassVar[Any]

    def throttled(self, request: Request, wait: float) -> Never:
        raise Throttled(
            wait,
            _("请求过于频繁，每分钟最多 %(most)s 次。")
            % {"most": settings.PLATFORM_REQUESTS_A_MINUTE},
        )

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ("Authorization",))
        return response


def token_of(request: Request) -> PlatformToken:
    """The token of a request that has passed the gate."""
    assert isinstance(request.auth, PlatformToken)
    return request.auth
