"""From a file to the bank and back in the back office."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from exams.exchange.formats import read
from exams.exchange.models import FileFormat, ImportState, QuestionImport
from exams.exchange.specimens import SPECIMENS
from exams.questions.models import Question
from lms.members.models import Role
from tests.factories.members import make_branch, make_member, make_role_holder

pytestmark = pytest.mark.django_db

TEXT = "1. 甲（A）\nA. 一 B. 二\n\n2. [单选题]丁\nA. 一 B. 二\n"


@pytest.fixture
def branch():
    return make_branch()


@pytest.fixture
def instructor(branch):
    return make_role_holder(Role.INSTRUCTOR, branch)


@pytest.fixture
def client(instructor) -> Client:
    client = Client()
    client.force_login(instructor)
    return client


def page_text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.slow
def test_pasted_questions_are_shown_and_kept_as_chosen(client, branch) -> None:
    address = reverse("questions_import")
    sent = client.post(address, {"branch": branch.pk, "text": TEXT})
    upload = QuestionImport.objects.get()
    preview = reverse("questions_import_preview", args=[upload.pk])
    assert (sent.status_code, sent["Location"]) == (302, preview)
    shown = client.get(preview)
    assert [fault.problem for fault, _words in shown.context["faults"]] == ["no_answer"]
    assert [row["stem"] for row in shown.context["rows"]] == ["甲（ ）"]
    end = reverse("questions_import_end", args=[upload.pk])
    assert client.post(end, {"action": "keep", "question": ["0"]}).status_code == 302
    assert Question.objects.count() == 1
    assert QuestionImport.objects.get().state == ImportState.KEPT
    assert client.get(preview).status_code == 200


def test_a_file_that_cannot_be_read_says_what_to_do(client, branch) -> None:
    address = reverse("questions_import")
    file = SimpleUploadedFile("题.doc", b"\xd0\xcf\x11\xe0 old")
    answer = client.post(address, {"branch": branch.pk, "file": file})
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"] == [
        "这是旧版 Word 文件（.doc）。请在 Word 中另存为 .docx 后再导入。"
    ]
    assert client.post(address, {"branch": branch.pk}).status_code == 422
    assert QuestionImport.objects.count() == 0


def test_all_can_be_dropped(client, branch) -> None:
    client.post(reverse("questions_import"), {"branch": branch.pk, "text": TEXT})
    upload = QuestionImport.objects.get()
    end = reverse("questions_import_end", args=[upload.pk])
    assert client.post(end, {"action": "drop"})["Location"] == reverse("questions_import")
    assert QuestionImport.objects.get().state == ImportState.DROPPED


@pytest.mark.slow
def test_an_upload_is_its_owners(client, branch) -> None:
    client.post(reverse("questions_import"), {"branch": branch.pk, "text": TEXT})
    upload = QuestionImport.objects.get()
    other = Client()
    other.force_login(make_role_holder(Role.INSTRUCTOR, branch))
    member = Client()
    member.force_login(make_member(branch))
    preview = reverse("questions_import_preview", args=[upload.pk])
    assert [each.get(preview).status_code for each in (client, other, member)] == [200, 404, 404]


@pytest.mark.parametrize("file_format", FileFormat.values)
def test_each_template_can_be_read_back(client, file_format) -> None:
    answer = client.get(reverse("questions_template", args=[file_format]))
    assert answer.status_code == 200
    kinds = {each.kind for each in read(file_format, answer.content)}
    expected = {
        FileFormat.AIKEN: {"single"},
        FileFormat.GIFT: {"single", "multiple", "true_false", "numeric", "matching", "essay"},
        FileFormat.MOODLE_XML: {each.kind for each in SPECIMENS} - {"case", "blank"},
    }
    assert kinds == expected.get(FileFormat(file_format), {each.kind for each in SPECIMENS})


def test_what_a_format_cannot_hold_is_said_before_it_is_lost(client, branch, instructor) -> None:
    text = "1. 甲（A）\nA. 一 B. 二\n\n2. 谈谈体会。\n答案：略\n"
    client.post(reverse("questions_import"), {"branch": branch.pk, "text": text})
    end = reverse("questions_import_end", args=[QuestionImport.objects.get().pk])
    client.post(end, {"action": "keep", "question": ["0", "1"]})
    address = reverse("questions_export", args=["aiken"])
    told = client.get(address, {"kind": ""})
    assert told.context["left_out"] == [("简答题", "谈谈体会。")]
    answer = client.get(f"{address}?kind=&anyway=1")
    assert answer.content.decode() == "甲（ ）\nA) 一\nB) 二\nANSWER: A\n"
    whole = client.get(reverse("questions_export", args=["text"]))
    assert [each.kind for each in read("text", whole.content)] == ["short", "single"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_as_many_statements_for_one_upload_as_for_three(
    client, branch, count, django_assert_num_queries
) -> None:
    for _each in range(count):
        client.post(reverse("questions_import"), {"branch": branch.pk, "text": TEXT})
    client.get(reverse("questions_import"))
    with django_assert_num_queries(18):
        client.get(reverse("questions_import"))
