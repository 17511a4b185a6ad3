"""Certificates: issued once, frozen, printed, verified by anybody, revoked and replaced."""

import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, close_old_connections, transaction
from django.test import Client
from django.urls import reverse

from courses.training import services as training
from courses.training.models import TrainingClass
from exams.certificates import services
from exams.certificates.models import Certificate, CertificateState
from exams.certificates.paper import paper_data
from exams.certificates.services import (
    issue_certificate,
    reissue_certificate,
    render_certificate,
    revoke_certificate,
    send_unissued,
)
from exams.certificates.views import CHECKS_A_MINUTE
from lms.core import clock
from lms.core.documents import fonts
from lms.core.documents.pdf import render_png
from lms.core.errors import DomainError
from lms.members.models import Member
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_member,
    make_secretary,
)
from tests.factories.training import CONFIRMED, enrol, make_class, passed
from tests.support.pdfs import A4_ACROSS, pages_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


def issued(tree: BranchTree, name: str = "张三丰", **fields: Any) -> Certificate:
    member = make_member(tree.first, name=name, number=fields.pop("number", "400001"))
    made = make_class(tree.first, title="支部书记任职能力提升班", **fields)
    certificate = issue_certificate(enrolment_id=passed(made, member).pk)
    assert certificate is not None
    return certificate


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def text_of(certificate: Certificate) -> str:
    with default_storage.open(Certificate.objects.get(pk=certificate.pk).pdf) as file:
        (page,) = pages_of(file.read(), size=A4_ACROSS)
    return page


def test_only_who_passed_a_class_that_gives_one_gets_one(tree: BranchTree) -> None:
    member = make_member(tree.first)
    learning = enrol(make_class(tree.first), member)
    none_given = passed(make_class(tree.first, gives_certificate=False), member)
    given = passed(make_class(tree.first), member)
    found = [issue_certificate(enrolment_id=one.pk) for one in (learning, none_given, given)]
    assert [one and one.state for one in found] == [None, None, CertificateState.VALID]
    assert issue_certificate(enrolment_id=given.pk) == found[2]


def test_the_facts_stay_as_they_were_on_the_day(tree: BranchTree) -> None:
    certificate = issued(tree, credits=Decimal("2.5"))
    assert certificate.number == f"{clock.today().year}-000001"
    said = certificate.said
    assert (said.name, said.member_number, said.credits, said.issuer) == (
        "张三丰",
        "4****1",
        "2.5",
        "第一党支部",
    )
    Member.objects.filter(pk=certificate.member_id).update(name="张无忌")
    TrainingClass.objects.update(title="另一个名字")
    assert Certificate.objects.get().said == said
    for change in (
        lambda: Certificate.objects.update(facts={}),
        lambda: Certificate.objects.update(number="2026-999999"),
        lambda: Certificate.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="keep what they say"), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_at_once_give_one_certificate() -> None:
    tree = make_branch_tree()
    enrolments = [passed(make_class(tree.first), make_member(tree.first)).pk for _class in range(2)]
    barrier = threading.Barrier(6)
    found: list[tuple[int, str]] = []

    def issue(enrolment_id: int) -> None:
        barrier.wait()
        certificate = issue_certificate(enrolment_id=enrolment_id)
        assert certificate is not None
        found.append((enrolment_id, certificate.number))
        close_old_connections()

    threads = [threading.Thread(target=issue, args=[one]) for one in enrolments * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 2
    assert sorted(Certificate.objects.values_list("number", flat=True)) == [
        f"{clock.today().year}-{place:06d}" for place in (1, 2)
    ]


@pytest.mark.django_db(transaction=True)
def test_passing_leads_to_the_pdf(run_queued: Callable[..., list[str]]) -> None:
    tree = make_branch_tree()
    made = make_class(tree.first, rule=CONFIRMED)
    enrolment = enrol(made, make_member(tree.first))
    training.confirm(enrolment=enrolment, by=made.created_by)
    assert run_queued()[-2:] == ["exams.evaluate_member", "exams.render_certificate"]
    certificate = Certificate.objects.get()
    assert certificate.pdf != ""
    assert render_certificate(certificate_id=certificate.pk) is False


@pytest.mark.django_db(transaction=True)
def test_what_a_lost_signal_left_behind_is_made_up_for(
    run_queued: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = make_branch_tree()
    training.class_passed.disconnect(dispatch_uid="exams.class_is_passed")
    try:
        passed(make_class(tree.first), make_member(tree.first))
    finally:
        from exams.certificates.receivers import class_is_passed

        training.class_passed.connect(class_is_passed, dispatch_uid="exams.class_is_passed")
    run_queued()
    assert Certificate.objects.count() == 0
    assert send_unissued() == 1
    assert run_queued() == ["exams.issue_certificate", "exams.render_certificate"]
    assert Certificate.objects.get().pdf != ""
    assert send_unissued() == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["张三丰", "张䶮", "张𠮷", "李淏", "买买提·艾力"])
def test_the_pdf_says_the_whole_name(tree: BranchTree, name: str, artefacts: Path) -> None:
    certificate = issued(tree, name)
    picture = artefacts / f"paper-{len(name)}-{ord(name[1]):x}.png"  # to be looked at
    picture.write_bytes(render_png("certificate.typ", paper_data(certificate)))
    assert render_certificate(certificate_id=certificate.pk) is True
    said = text_of(certificate)
    for words in (
        name,
        "结业证书",
        "支部书记任职能力提升班",
        certificate.number,
        certificate.printed_code,
        "第一党支部",
        "准予结业",
    ):
        assert words in said, (words, said)


@pytest.mark.slow
def test_a_name_no_font_has_is_told_and_printed_after_the_font_is_there(
    tree: BranchTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = issued(tree, "张𠮷")
    with monkeypatch.context() as patched:
        patched.setattr(fonts.faces_for, "__defaults__", ((),))
        assert render_certificate(certificate_id=certificate.pk) is False
    told = Certificate.objects.get()
    assert told.pdf == ""
    assert told.pdf_problem.startswith("“𠮷 U+20BB7”在本机的字体里没有")
    page = signed_in(certificate.member).get(reverse("certificate", args=[certificate.pk]))
    assert "fonts-noto-cjk" in page.content.decode()
    services.render_again(certificate=told)
    assert render_certificate(certificate_id=certificate.pk) is True
    assert Certificate.objects.get().pdf_problem == ""


@pytest.mark.slow
def test_the_pdf_is_for_the_holder_and_the_overseers(tree: BranchTree) -> None:
    certificate = issued(tree)
    render_certificate(certificate_id=certificate.pk)
    asking = {
        "the holder": certificate.member,
        "own secretary": make_secretary(tree.first),
        "administrator": make_administrator(tree.committee),
        "a colleague": make_member(tree.first),
        "sibling secretary": make_secretary(tree.second),
    }
    addresses = [
        reverse("certificate", args=[certificate.pk]),
        reverse("certificate_pdf", args=[certificate.pk]),
    ]

    def statuses(client: Client) -> list[int]:
        answers = [client.get(address) for address in addresses]
        for answer in answers:
            answer.getvalue()
        return [answer.status_code for answer in answers]

    assert {who: statuses(signed_in(by)) for who, by in asking.items()} == {
        "the holder": [200, 200],
        "own secretary": [200, 200],
        "administrator": [200, 200],
        "a colleague": [404, 404],
        "sibling secretary": [404, 404],
    }
    assert statuses(Client()) == [302, 302]


def test_revoking_and_replacing_need_a_reason_and_the_right_person(tree: BranchTree) -> None:
    certificate = issued(tree)
    by = make_administrator(tree.first)
    with pytest.raises(DomainError, match="不在您管理的范围内"):
        revoke_certificate(certificate=certificate, by=make_secretary(tree.first), reason="错")
    with pytest.raises(DomainError, match="请写明原因"):
        revoke_certificate(certificate=certificate, by=by, reason=" ")
    Member.objects.filter(pk=certificate.member_id).update(name="张三峰")
    new = reissue_certificate(certificate=certificate, by=by, reason="姓名有误")
    assert (new.number[-6:], new.said.name, new.replaces) == ("000002", "张三峰", certificate)
    assert certificate.state == CertificateState.REPLACED
    with pytest.raises(DomainError, match="已经撤销或换发过了"):
        reissue_certificate(certificate=certificate, by=by, reason="再来")
    revoke_certificate(certificate=new, by=by, reason="发错了")
    assert issue_certificate(enrolment_id=new.enrolment_id) == new  # not given again by itself
    third = reissue_certificate(certificate=new, by=by, reason="核实后补发")
    assert [one.state for one in Certificate.objects.order_by("pk")] == [
        "replaced",
        "replaced",
        "valid",
    ]
    assert third.replaces == new


def test_anybody_can_check_a_code_and_sees_little(tree: BranchTree) -> None:
    certificate = issued(tree)
    client = Client()
    address = reverse("verify_code", args=[certificate.printed_code])
    page = client.get(address)
    said = page.content.decode()
    assert page.status_code == 200
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert ("证书有效" in said, "张**" in said, "支部书记任职能力提升班" in said) == (
        True,
        True,
        True,
    )
    for hidden in ("张三丰", "400001", "4****1", certificate.number, "第一党支部"):
        assert hidden not in said
    by = make_administrator(tree.first)
    new = reissue_certificate(certificate=certificate, by=by, reason="姓名有误")
    assert "证书已换发" in client.get(address).content.decode()
    assert "姓名有误" not in client.get(address).content.decode()
    revoke_certificate(certificate=new, by=by, reason="发错了")
    revoked = client.get(reverse("verify_code", args=[new.code.lower()])).content.decode()
    assert ("证书已撤销" in revoked, "发错了" in revoked) == (True, False)


def test_a_code_typed_by_hand_leads_to_its_page_and_a_wrong_one_is_refused(
    tree: BranchTree,
) -> None:
    certificate = issued(tree)
    client = Client()
    typed = client.get(reverse("verify"), {"code": certificate.printed_code.lower()})
    assert (typed.status_code, typed["Location"]) == (
        302,
        reverse("verify_code", args=[certificate.printed_code]),
    )
    wrong = client.get(reverse("verify"), {"code": "abc"})
    assert (wrong.status_code, "查验码有 20 位" in wrong.content.decode()) == (422, True)
    for unknown in ("00000-00000-00000-00000", "nothing"):
        refused = client.get(reverse("verify_code", args=[unknown]))
        assert (refused.status_code, "没有查到" in refused.content.decode()) == (404, True)


@pytest.mark.slow
def test_who_asks_too_often_has_to_wait(tree: BranchTree) -> None:
    certificate = issued(tree)
    address = reverse("verify_code", args=[certificate.code])
    client = Client()
    statuses = [client.get(address).status_code for _time in range(CHECKS_A_MINUTE + 1)]
    assert statuses[:2] + statuses[-2:] == [200, 200, 200, 429]
    assert client.get(address)["Retry-After"] == "60"
    assert Client(REMOTE_ADDR="10.0.0.9").get(address).status_code == 200


def test_the_archive_names_certificates_and_credits(tree: BranchTree) -> None:
    certificate = issued(tree)
    page = signed_in(certificate.member).get("/archive/").content.decode()
    assert certificate.number in page
    assert (
        certificate.number
        not in signed_in(make_member(tree.first)).get("/archive/").content.decode()
    )
