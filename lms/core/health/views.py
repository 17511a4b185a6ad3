"""For load balancers and monitoring: is the process alive, may it be sent visitors?"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lms.core.access import PUBLIC, access
from lms.core.health.queries import findings


@access(PUBLIC)
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@access(PUBLIC)
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 where a required part fails; "degraded" where the school is open but something is not."""
    found = findings()
    if not all(finding.ok for finding in found if finding.required):
        status, code = "not ready", 503
    elif all(finding.ok for finding in found):
        status, code = "ready", 200
    else:
        status, code = "degraded", 200
    checks = {finding.name: {"ok": finding.ok, "detail": finding.detail} for finding in found}
    return JsonResponse({"status": status, "checks": checks}, status=code)
