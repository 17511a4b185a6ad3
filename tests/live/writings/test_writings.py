"""学习心得 and 思想汇报: private, round by round, files kept, archived as a PDF."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader

from live.notices.models import Notice
from live.writings import queries, services
from live.writings.kinds import kind_of, safe_name
from live.writings.models import Attachment, Writing, WritingState
from lms.core.errors import DomainError
from lms.members.models import Member
from tests.factories.members import BranchTree, make_branch_tree, make_member, make_secretary
from tests.factories.writings import PDF, TEXT, make_handed_in, make_writing, zipped

pytestmark = pytest.mark.django_db

LIST_QUERIES = 4
DESK_QUERIES = 5


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


def of(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


def test_a_draft_is_its_authors_and_what_is_handed_in_goes_up_the_branch_alone(
    tree: BranchTree,
) -> None:
    author = make_member(tree.first)
    writing = make_writing(author)
    readers = {
        "secretary": make_secretary(tree.first),
        "above": make_secretary(tree.general),
        "sibling": make_secretary(tree.second),
        "colleague": make_member(tree.first),
    }

    def seen() -> list[str]:
        return [name for name, by in readers.items() if queries.writing_for(by, writing.pk)]

    assert (seen(), queries.writing_for(author, writing.pk)) == ([], writing)
    services.hand_in(by=author, writing=writing)
    assert seen() == ["secretary", "above"]
    assert list(Notice.objects.values_list("member", flat=True)) == [readers["secretary"].pk]
    assert of(readers["colleague"]).get(f"/writings/{writing.pk}/").status_code == 404


def test_rounds_are_kept_until_it_is_accepted(tree: BranchTree) -> None:
    author, secretary = make_member(tree.first), make_secretary(tree.first)
    writing = make_handed_in(author)
    for refused in (
        lambda: services.hand_in(by=author, writing=writing),
        lambda: services.change_writing(by=author, writing=writing, title="x", text=TEXT),
        lambda: services.review(by=author, writing=writing, decision="accepted", comment=""),
        lambda: services.review(by=secretary, writing=writing, decision="returned", comment=" "),
    ):
        with pytest.raises(DomainError):
            refused()
    services.review(by=secretary, writing=writing, decision="returned", comment="联系实际再写")
    services.change_writing(by=author, writing=writing, title="再写", text=TEXT * 2)
    services.hand_in(by=author, writing=writing)
    services.review(by=secretary, writing=writing, decision="accepted", comment="很好")
    with pytest.raises(DomainError):
        services.review(by=secretary, writing=writing, decision="returned", comment="又不行")
    with pytest.raises(DomainError):
        services.change_writing(by=author, writing=writing, title="x", text=TEXT)
    kept = [(each.number, each.title, each.decision) for each in queries.rounds_of(writing)]
    assert kept == [(1, "学习党章的体会", "returned"), (2, "再写", "accepted")]
    told = Notice.objects.filter(member=author).count()
    assert (writing.state, told) == (WritingState.ACCEPTED, 2)


def test_what_is_too_short_or_of_nobodys_branch_is_not_handed_in(tree: BranchTree) -> None:
    for writing in (make_writing(make_member(tree.first), text="短"), make_writing(make_member())):
        with pytest.raises(DomainError):
            services.hand_in(by=writing.author, writing=writing)


def test_files_are_told_by_what_is_in_them(tree: BranchTree) -> None:
    found = {
        "pdf": kind_of(PDF),
        "docx": kind_of(zipped("word/document.xml")),
        "macro": kind_of(zipped("word/document.xml", "word/vbaProject.bin")),
        "zip": kind_of(zipped("readme.txt")),
        "broken": kind_of(b"PK\x03\x04broken"),
        "html": kind_of(b"<html><script>alert(1)</script>"),
        "svg": kind_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    }
    assert {name for name, kind in found.items() if kind} == {"pdf", "docx"}
    assert safe_name("../../etc/\u202epasswd.exe", "pdf") == "etc passwd.pdf"
    author = make_member(tree.first)
    writing = make_writing(author)
    first = services.attach_file(by=author, writing=writing, name="笔记.pdf", content=PDF)
    assert services.attach_file(by=author, writing=writing, name="x.pdf", content=PDF) == first
    with pytest.raises(DomainError):
        services.attach_file(by=author, writing=writing, name="x.pdf", content=b"<html>")
    with pytest.raises(DomainError):
        services.attach_file(by=make_member(tree.first), writing=writing, name="x", content=PDF)
    for number in range(4):
        services.attach_file(by=author, writing=writing, name="x", content=PDF + bytes([number]))
    with pytest.raises(DomainError):
        services.attach_file(by=author, writing=writing, name="x", content=PDF + b"9")
    services.remove_file(by=author, attachment=writing.attachments.order_by("-pk")[0])
    services.hand_in(by=author, writing=writing)
    with pytest.raises(DomainError):
        services.remove_file(by=author, attachment=Attachment.objects.get(pk=first.pk))


@pytest.mark.slow
def test_a_text_is_written_handed_in_and_read_by_plain_forms(tree: BranchTree) -> None:
    author, secretary = make_member(tree.first), make_secretary(tree.first)
    client = of(author)
    said = {"kind": "report", "title": "第三季度思想汇报", "text": TEXT}
    assert client.post("/writings/new/", {**said, "title": ""}).status_code == 422
    upload = SimpleUploadedFile("笔记.pdf", PDF, content_type="text/html")
    made = client.post("/writings/new/", {**said, "file": upload})["Location"]
    writing = Writing.objects.get()
    attachment = writing.attachments.get()
    address = f"{made}files/{attachment.pk}/"
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].partition(";")[0] == "attachment"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox"
    reads = of(secretary)
    assert (reads.get(made).status_code, reads.get(address).status_code) == (404, 404)
    assert client.post(made, {"act": "hand_in"})["Location"] == made
    assert client.get(f"{made}edit/").status_code == 404
    assert b"".join(reads.get(address).streaming_content) == PDF
    assert reads.post(made, {"decision": "returned", "comment": ""}).status_code == 422
    assert reads.post(made, {"decision": "burn", "comment": "x"}).status_code == 422
    assert reads.post(made, {"decision": "returned", "comment": "再写"})["Location"] == made
    assert client.post(f"{made}edit/", {"title": "新题", "text": TEXT})["Location"] == made
    assert "新题" not in reads.get("/writings/desk/").content.decode()
    assert client.post(f"{address}remove/").status_code == 302
    assert Attachment.objects.count() == 1  # it was handed in with a round


@pytest.mark.slow
def test_an_accepted_text_is_archived_once_with_its_rounds(
    tree: BranchTree, django_capture_on_commit_callbacks: Any
) -> None:
    author, secretary = make_member(tree.first, name="张秀英"), make_secretary(tree.first)
    writing = make_handed_in(author, text="[x](y) #set text(1pt) \U0001f600 " + TEXT)
    assert services.make_archive(writing_id=writing.pk) is False
    services.review(by=secretary, writing=writing, decision="accepted", comment="认真、实在")
    assert of(author).get(f"/writings/{writing.pk}/archive.pdf").status_code == 404
    assert services.make_archive(writing_id=writing.pk) is True
    assert services.make_archive(writing_id=writing.pk) is False
    assert services.sweep_archives() == 0
    answer = of(author).get(f"/writings/{writing.pk}/archive.pdf")
    pages = PdfReader(BytesIO(b"".join(answer.streaming_content))).pages
    text = "".join(page.extract_text() for page in pages)
    for words in ("学习党章的体会", "张秀英", "认真、实在", "#set text(1pt)"):
        assert words in text
    assert of(make_member(tree.first)).get(f"/writings/{writing.pk}/archive.pdf").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_for_one_and_for_three(
    tree: BranchTree, django_assert_num_queries: Any, count: int
) -> None:
    author, secretary = make_member(tree.first), make_secretary(tree.first)
    for _each in range(count):
        make_handed_in(author)
    own, reads = of(author), of(secretary)
    with django_assert_num_queries(LIST_QUERIES):
        page = own.get("/writings/")
    assert len(page.context["rows"]) == count
    with django_assert_num_queries(DESK_QUERIES):
        page = reads.get("/writings/desk/")
    assert len(page.context["rows"]) == count
