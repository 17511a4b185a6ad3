"""Deciding about pages: one doubtful field after the other, or a whole page at once."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams.sheets import queries, services, words
from exams.sheets.layout import Field
from exams.sheets.models import STANDING, PageState, SheetPage
from exams.sheets.pieces import piece_of
from exams.sheets.readings import Answer
from exams.sheets.uses import known_use
from exams.sheets.views import frame, handled, person, with_words
from lms.core.access import SIGNED_IN, access


@access(SIGNED_IN)
@never_cache
def queue(request: HttpRequest, use: str, subject_id: int) -> HttpResponse:
    """The next doubtful field: its piece of the page enlarged, the options as buttons."""
    known = handled(request, use, subject_id)
    here = reverse("sheets:queue", args=[known.slug, subject_id])
    if request.method == "POST":
        found = _page(request, request.POST.get("page", ""))
        key = request.POST.get("key", "")
        with_words(
            request,
            lambda: services.settle_field(
                by=person(request), page=found, key=key, marked=_marked(request, "option")
            ),
        )
        return redirect(f"{here}?after={found.pk}-{key}")
    doubt = queries.next_doubt(known, subject_id, after=_after(request))
    if doubt is None:
        return render(request, "sheets/queue.html", frame(known, subject_id))
    field, answer = _asked(doubt.page, doubt.key)
    return render(
        request,
        "sheets/queue.html",
        {
            **frame(known, subject_id),
            "asked": doubt.page,
            "field": field,
            "name": _name(field),
            "sentence": words.doubt_sentence(str(answer.doubt)),
            "options": [
                {
                    "value": place,
                    "label": option,
                    "key": place + 1,
                    "marked": place in answer.marked,
                }
                for place, option in enumerate(field.options)
            ],
            "several": ",".join(str(place) for place in answer.marked)
            if len(answer.marked) > 1
            else "",
            "waiting": queries.page_counts(known, subject_id)[PageState.DOUBTFUL],
        },
    )


@access(SIGNED_IN)
@never_cache
def page(request: HttpRequest, page_id: int) -> HttpResponse:
    """A whole page: the picture, and every field as it counts, to be set right."""
    found = _page(request, str(page_id))
    layout = queries.layout_of(found)
    fields = [
        (field, answer)
        for answer in found.read.answers
        if layout is not None and (field := layout.field(answer.key)) is not None
    ]
    if request.method == "POST":
        marked = {field.key: tuple(_marked(request, field.key)) for field, _answer in fields}
        done = with_words(
            request,
            lambda: services.settle_page(
                by=person(request),
                page=found,
                marked=marked,
                as_of=request.POST.get("as_of", ""),
            ),
            _("这一页已按您看到的判定。"),
        )
        if done:
            return redirect("sheets:home", known_use(found.use).slug, found.subject_id)
        return redirect("sheets:page", found.pk)
    marked_now = found.marked
    return render(
        request,
        "sheets/page.html",
        {
            **frame(known_use(found.use), found.subject_id),
            "found": found,
            "version": services.version_of(found),
            "why": words.page_sentence(found),
            "earlier": queries.earlier_of(found) if found.refusal == "twice" else None,
            "is_standing": found.state in STANDING,
            "fields": [
                {
                    "key": field.key,
                    "name": _name(field),
                    "doubt": words.doubt_sentence(answer.doubt)
                    if answer.doubt and field.key not in found.settled
                    else "",
                    "settled": found.settled.get(field.key),
                    "options": [
                        (place, option, place in marked_now[field.key])
                        for place, option in enumerate(field.options)
                    ],
                }
                for field, answer in fields
            ],
            **queries.neighbours(found),
        },
    )


@access(SIGNED_IN)
@require_POST
def refuse(request: HttpRequest, page_id: int) -> HttpResponse:
    """Say that a page does not count."""
    found = _page(request, str(page_id))
    reason = request.POST.get("reason", "")
    with_words(
        request,
        lambda: services.refuse_page(by=person(request), page=found, reason=reason),
        _("这一页不计。"),
    )
    return redirect("sheets:page", found.pk)


@access(SIGNED_IN)
@require_POST
def again(request: HttpRequest, page_id: int) -> HttpResponse:
    """Have a refused page read once more."""
    found = _page(request, str(page_id))
    with_words(
        request,
        lambda: services.ask_to_read_again(by=person(request), page=found),
        _("正在重读这一页，过几秒钟刷新页面。"),
    )
    return redirect("sheets:page", found.pk)


@access(SIGNED_IN)
@require_safe
def picture(request: HttpRequest, page_id: int) -> HttpResponse:
    """The page, straightened."""
    found = _page(request, str(page_id))
    with found.image.open("rb") as file:
        return _private(file.read())


@access(SIGNED_IN)
@require_safe
def crop(request: HttpRequest, page_id: int, key: str) -> HttpResponse:
    """One field of the page, enlarged."""
    found = _page(request, str(page_id))
    field, _answer = _asked(found, key)
    return _private(piece_of(found, field))


# --- Putting together -----------------------------------------------------------------------------


def _page(request: HttpRequest, said: str) -> SheetPage:
    found = queries.sheet_page(int(said)) if said.isascii() and said.isdecimal() else None
    if found is None:
        raise Http404
    handled(request, found.use, found.subject_id)
    return found


def _asked(page: SheetPage, key: str) -> tuple[Field, Answer]:
    layout = queries.layout_of(page)
    field = layout.field(key) if layout else None
    answer = page.read.answer(key)
    if field is None or answer is None:
        raise Http404
    return field, answer


def _name(field: Field) -> str:
    return (
        _("编号第 %(place)s 位") % {"place": int(field.key[1:]) + 1}
        if field.is_digit
        else (field.label)
    )


def _marked(request: HttpRequest, name: str) -> list[int]:
    said = ",".join(request.POST.getlist(name)).split(",")
    return [int(one) for one in said if one.isascii() and one.isdecimal() and len(one) < 4]


def _after(request: HttpRequest) -> tuple[int, str] | None:
    page_id, _dash, key = request.GET.get("after", "").partition("-")
    return (int(page_id), key) if page_id.isascii() and page_id.isdecimal() else None


def _private(jpeg: bytes) -> HttpResponse:
    answer = HttpResponse(jpeg, content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=300"
    return answer
