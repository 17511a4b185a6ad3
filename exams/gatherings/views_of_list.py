"""The host's list: people ticked, guests, paper, mistakes taken off, scans of the signed sheet."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams.gatherings import presence_services, queries, rules, words
from exams.gatherings.errors import NotFoundOnRosterError
from exams.gatherings.forms import NamedForm, PaperForm
from exams.gatherings.paper import Found
from exams.gatherings.paper_files import text_of
from exams.gatherings.scan_services import keep_scan
from exams.gatherings.views import hosted, person, with_words
from lms.core.access import access
from lms.core.errors import DomainError
from lms.members.rules import BOARD


@access(BOARD)
@require_POST
def people(request: HttpRequest, gathering_id: int) -> HttpResponse:
    """Put the ticked ones on the list."""
    found = hosted(request, gathering_id)
    ids = [int(said) for said in request.POST.getlist("member") if said.isdecimal()]
    with_words(
        request,
        lambda: _entered(
            presence_services.tick_members(
                by=person(request),
                gathering=found,
                member_ids=ids,
                late_reason=_late_reason(request),
            )
        ),
    )
    return redirect("gatherings:gathering", found.pk)


@access(BOARD)
@require_POST
def guests(request: HttpRequest, gathering_id: int) -> HttpResponse:
    """Attest a member of another branch."""
    found = hosted(request, gathering_id)
    form = NamedForm(request.POST)

    def enter() -> str:
        if not form.is_valid():
            raise NotFoundOnRosterError(_("请填写党员编号和姓名。"))
        said = form.cleaned_data
        presence_services.tick_guest(by=person(request), gathering=found, **said)
        return _("%(name)s已登记。") % {"name": said["name"]}

    with_words(request, enter)
    return redirect("gatherings:gathering", found.pk)


@access(BOARD)
def paper(request: HttpRequest, gathering_id: int) -> HttpResponse:
    """A list on paper: typed or as a file, read, looked at, saved."""
    gathering = hosted(request, gathering_id)
    by = person(request)
    form = PaperForm(request.POST or None, request.FILES or None)
    found: Found | None = None
    if form.is_valid():
        said = form.cleaned_data
        try:
            text = text_of(said["file"].read()) if said["file"] else said["text"]
            if "save" in request.POST:
                count = presence_services.save_paper(
                    by=by, gathering=gathering, text=text, late_reason=said["late_reason"]
                )
                messages.success(request, _entered(count))
                return redirect("gatherings:gathering", gathering.pk)
            found = presence_services.read_paper(by=by, gathering=gathering, text=text)
            form = PaperForm(initial={"text": text, "late_reason": said["late_reason"]})
        except DomainError as refused:
            form.add_error(None, refused.message)
    return render(
        request,
        "gatherings/paper.html",
        {
            "gathering": gathering,
            "form": form,
            "found": found,
            "problems": [
                (problem.line, words.problem_sentence(problem))
                for problem in (found.problems if found else ())
            ],
            "is_late": rules.is_late_now(gathering),
        },
        status=422 if form.errors else 200,
    )


@access(BOARD)
@require_POST
def remove(request: HttpRequest, gathering_id: int, presence_id: int) -> HttpResponse:
    """Take somebody off the list."""
    found = hosted(request, gathering_id)
    with_words(
        request,
        lambda: presence_services.remove_presence(
            by=person(request), gathering=found, presence_id=presence_id
        ),
    )
    return redirect("gatherings:gathering", found.pk)


@access(BOARD)
@require_POST
def scans(request: HttpRequest, gathering_id: int) -> HttpResponse:
    """Keep a photograph or PDF of the signed sheet."""
    found = hosted(request, gathering_id)
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, _("请先选择照片或 PDF。"))
    else:

        def keep() -> str:
            keep_scan(by=person(request), gathering=found, content=file.read())
            return _("签到表已上传。")

        with_words(request, keep)
    return redirect("gatherings:gathering", found.pk)


@access(BOARD)
@never_cache
@require_safe
def scan_file(request: HttpRequest, gathering_id: int, scan_id: int) -> FileResponse:
    """One scan, for who looks after the branch alone."""
    found = hosted(request, gathering_id)
    scan = queries.scans_of(found).filter(pk=scan_id).first()
    if scan is None:
        raise Http404
    return FileResponse(
        scan.file.open("rb"),
        content_type=scan.content_type,
        as_attachment=not scan.is_picture,
        filename=_("签到表%(number)s") % {"number": scan.pk}
        + (".jpg" if scan.is_picture else ".pdf"),
    )


def _entered(count: int) -> str:
    if not count:
        return _("没有新登记的人：所选同志已在名单中。")
    return ngettext("已登记 %(count)d 人。", "已登记 %(count)d 人。", count) % {"count": count}


def _late_reason(request: HttpRequest) -> str:
    return request.POST.get("late_reason", "").strip()[:200]
