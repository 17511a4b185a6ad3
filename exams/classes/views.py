"""The pages of training classes: the member's own, and those of whom one looks after."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from courses.training import essays, services
from courses.training.models import Enrolment, TrainingClass
from courses.training.queries import visible_enrolments
from courses.training.rules import can_judge
from exams.classes import reading
from lms.core.access import SIGNED_IN, access
from lms.core.errors import DomainError
from lms.members.models import Member


class EssayForm(forms.Form):
    """A 学习心得; how long it has to be is the service's to say."""

    text = forms.CharField(
        label=gettext_lazy("学习心得"),
        widget=forms.Textarea(attrs={"rows": 12, "maxlength": essays.LONGEST}),
        max_length=essays.LONGEST,
    )


@access(SIGNED_IN)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The classes this person is in."""
    by = _person(request)
    context = {"rows": reading.my_classes(by), "oversees": reading.oversees_classes(by)}
    return render(request, "classes/mine.html", context)


@access(SIGNED_IN)
@require_safe
def my_class(request: HttpRequest, class_id: int) -> HttpResponse:
    """One class of this person: plan, dates, and what is missing."""
    return _my_class(request, _own(request, class_id), EssayForm())


@access(SIGNED_IN)
@require_POST
def hand_in(request: HttpRequest, class_id: int) -> HttpResponse:
    """Hand in the essay."""
    enrolment = _own(request, class_id)
    form = EssayForm(request.POST)
    if form.is_valid():
        try:
            essays.hand_in_essay(enrolment=enrolment, text=form.cleaned_data["text"])
        except DomainError as refused:
            form.add_error("text", refused.message)
        else:
            messages.success(request, _("学习心得已提交，审阅结果会显示在这里。"))
            return redirect("my_class", class_id)
    return _my_class(request, enrolment, form, status=422)


@access(SIGNED_IN)
@require_safe
def looked_after(request: HttpRequest) -> HttpResponse:
    """The classes of the people one looks after or teaches."""
    by = _person(request)
    page, rows = reading.classes_looked_after(by, request.GET.get("page", "1"))
    return render(request, "classes/looked_after.html", {"page": page, "rows": rows})


@access(SIGNED_IN)
@require_safe
def people(request: HttpRequest, class_id: int) -> HttpResponse:
    """Who is in a class, and what each one lacks."""
    training_class = _seen_class(request, class_id)
    people = visible_enrolments(request.user, training_class)
    page, rows = reading.people_of(people, training_class, request.GET.get("page", "1"))
    context = {"training_class": training_class, "page": page, "rows": rows}
    return render(request, "classes/people.html", context)


@access(SIGNED_IN)
@require_safe
def person(request: HttpRequest, class_id: int, enrolment_id: int) -> HttpResponse:
    """One member of a class: what is missing, what was handed in."""
    enrolment = _seen_person(request, class_id, enrolment_id)
    context = {
        "standing": reading.standing_of(enrolment),
        "training_class": enrolment.training_class,
        "may_judge": can_judge(request.user, enrolment),
    }
    return render(request, "classes/person.html", context)


@access(SIGNED_IN)
@require_POST
def review(request: HttpRequest, class_id: int, enrolment_id: int, essay_id: int) -> HttpResponse:
    """Accept an essay or send it back."""
    enrolment = _seen_person(request, class_id, enrolment_id)
    essay = reading.judged_essay(_person(request), enrolment, essay_id)
    if essay is None:
        raise Http404
    comment = request.POST.get("comment", "")
    decide = (
        essays.accept_essay if request.POST.get("decision") == "accept" else essays.return_essay
    )
    try:
        decide(essay=essay, by=_person(request), comment=comment)
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("审阅结果已保存，学员可以看到。"))
    return redirect("class_person", class_id, enrolment_id)


@access(SIGNED_IN)
@require_POST
def confirmation(request: HttpRequest, class_id: int, enrolment_id: int) -> HttpResponse:
    """Confirm a member, or take that back."""
    enrolment = _seen_person(request, class_id, enrolment_id)
    if not can_judge(request.user, enrolment):
        raise Http404
    if request.POST.get("decision") == "confirm":
        done = services.confirm(enrolment=enrolment, by=_person(request))
        told = _("已确认。条件都达到时会自动结业。")
    else:
        done = services.take_back_confirmation(enrolment=enrolment)
        told = _("已取消确认。")
    if done:
        messages.success(request, told)
    else:
        messages.error(request, _("这位学员现在不能这样改，请看页面上的状态。"))
    return redirect("class_person", class_id, enrolment_id)


# --- Looking up -----------------------------------------------------------------------------------


def _person(request: HttpRequest) -> Member:
    return cast(Member, request.user)


def _own(request: HttpRequest, class_id: int) -> Enrolment:
    enrolment = reading.my_class(_person(request), class_id)
    if enrolment is None:
        raise Http404
    return enrolment


def _seen_class(request: HttpRequest, class_id: int) -> TrainingClass:
    training_class = reading.class_looked_after(_person(request), class_id)
    if training_class is None:
        raise Http404
    return training_class


def _seen_person(request: HttpRequest, class_id: int, enrolment_id: int) -> Enrolment:
    enrolment = reading.person_looked_after(_person(request), class_id, enrolment_id)
    if enrolment is None:
        raise Http404
    return enrolment


def _my_class(
    request: HttpRequest, enrolment: Enrolment, form: EssayForm, *, status: int = 200
) -> HttpResponse:
    standing = reading.standing_of(enrolment)
    context: dict[str, Any] = {
        "standing": standing,
        "training_class": enrolment.training_class,
        "form": form,
        "may_hand_in": reading.may_hand_in(_person(request), standing),
        "shortest": essays.SHORTEST,
    }
    return render(request, "classes/my_class.html", context, status=status)
