"""A certificate for its holder and overseers, and the page where anyone can check one."""

from typing import cast

from django import forms
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from exams.certificates.facts import CODE_LENGTH, grouped, typed_code
from exams.certificates.models import Certificate
from exams.certificates.queries import certificate_by_code, visible_certificates
from lms.core.access import PUBLIC, SIGNED_IN, access
from lms.core.rate import address_of, is_within
from lms.members.models import Member

CHECKS_A_MINUTE = 60
MINUTE = 60


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("查验码"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def clean_code(self) -> str:
        code = typed_code(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(
                _("查验码有 %(count)s 位字母和数字，请对照证书左下角再输一次。")
                % {"count": CODE_LENGTH}
            )
        return code


@access(SIGNED_IN)
@require_safe
def certificate(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """One certificate: what it says, whether it holds, and its PDF."""
    found = _visible(request, certificate_id)
    context = {
        "certificate": found,
        "facts": found.said,
        "is_own": found.member_id == cast(Member, request.user).pk,
    }
    return render(request, "certificates/certificate.html", context)


@access(SIGNED_IN)
@require_safe
@never_cache
def certificate_pdf(request: HttpRequest, certificate_id: int) -> FileResponse:
    """The PDF; none of one that no longer holds."""
    found = _visible(request, certificate_id)
    if not found.is_valid or not found.pdf:
        raise Http404
    return FileResponse(
        default_storage.open(found.pdf),
        content_type="application/pdf",
        filename=f"{found.number} {found.name}.pdf",
    )


@access(PUBLIC)
@require_safe
@never_cache
def verify(request: HttpRequest) -> HttpResponse:
    """A form to type a code into; leads on to the page of that code."""
    typed = "code" in request.GET
    form = CodeForm(request.GET) if typed else CodeForm()
    if typed and form.is_valid():
        return redirect("verify_code", grouped(form.cleaned_data["code"]))
    return _public(request, "certificates/verify.html", {"form": form}, 422 if typed else 200)


@access(PUBLIC)
@require_safe
@never_cache
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """What a stranger may know of a certificate: masked name, class, date, and if it holds."""
    if not is_within("verify", address_of(request), most=CHECKS_A_MINUTE, seconds=MINUTE):
        answer = _public(request, "certificates/too_often.html", {}, 429)
        answer["Retry-After"] = str(MINUTE)
        return answer
    found = certificate_by_code(typed_code(code))
    if found is None:
        context = {"form": CodeForm(), "not_found": code[:40]}
        return _public(request, "certificates/verify.html", context, 404)
    context = {"certificate": found, "facts": found.said}
    return _public(request, "certificates/verified.html", context)


def _visible(request: HttpRequest, certificate_id: int) -> Certificate:
    found = visible_certificates(request.user).filter(pk=certificate_id).first()
    if found is None:
        raise Http404
    return found


def _public(
    request: HttpRequest, template: str, context: dict[str, object], status: int = 200
) -> HttpResponse:
    answer = render(request, template, context, status=status)
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "no-referrer"  # the code is in the address
    return answer
