"""Background tasks: every name that is sent exists, and every task has a declared policy."""

import ast
import inspect

from lms.celery import app
from lms.core.tasks import QUEUES, route
from tests.architecture.test_sources import dotted, name, ours

# Tasks run as the system, on rows a person's act or the clock has named. Each is listed here with
# what it may touch; a task that is not listed fails.
POLICY = {
    "core.sweep_jobs": "jobs whose lease has run out",
    "courses.settle_editions": "progress about another content of a lesson than the one shown",
    "courses.settle_progress": "progress whose sittings have ended",
    "exams.credit_all_completed": "every completed lesson not in the ledger",
    "exams.credit_all_confirmed": "everybody ever confirmed at a gathering, not in the ledger",
    "exams.credit_all_released": "every released, passed attempt not in the ledger",
    "exams.credit_attempt": "one released, passed attempt",
    "exams.credit_completed": "completed lessons of late not in the ledger",
    "exams.credit_confirmed": "who was confirmed at gatherings of late, not in the ledger",
    "exams.credit_gathering": "everybody confirmed at one gathering",
    "exams.credit_lesson": "one completed lesson",
    "exams.credit_released": "attempts released of late not in the ledger",
    "exams.drop_forgotten_imports": "uploads of questions nobody has decided about for a week",
    "exams.evaluate_class": "who is learning in one class",
    "exams.evaluate_member": "one member of one class",
    "exams.evaluate_open_classes": "classes with somebody still learning",
    "exams.issue_certificate": "one enrolment that has passed",
    "exams.issue_certificates": "passed enrolments and certificates that lack something",
    "exams.finish_expired": "attempts whose time is up",
    "exams.find_suspicions": "a month's sittings, and the cases about them",
    "exams.machine_mark_attempt": "one attempt that is handed in",
    "exams.mark_and_release": "attempts handed in and not marked; exams that are over and marked",
    "exams.open_partitions": "this year and the next of the ledger",
    "exams.open_years": "the year's balances of members",
    "exams.print_final_record": "one finished final's file",
    "exams.print_protocol": "one closed tally's file",
    "exams.print_sheets": "one order of sheets",
    "exams.read_batch": "one file of scanned sheets and what it counts for",
    "exams.read_page_again": "one page of such a file",
    "exams.render_certificate": "one certificate's file",
    "exams.settle_targets": "what the year asks of members",
    "media_pipeline.encode_first": "one lecture's file",
    "media_pipeline.encode_piece": "a stretch of one lecture's file",
    "media_pipeline.join_rendition": "one lecture's pieces",
    "live.free_stages": "stages nobody stands behind any more",
    "live.credit_class": "hours of one closed class",
    "live.credit_closed": "closed classes whose hours are not in the ledger, lists handed in",
    "live.archive_writing": "one accepted text's file",
    "live.archive_writings": "accepted texts without their file",
    "live.push_due": "notices that have come due, where the school uses push",
    "live.push_one": "one notice for one browser that asked for it",
    "live.forget_old_browsers": "browsers that asked a year ago, and what was sent long since",
    "live.forget_old_words": "drafts and notices that are old",
    "live.keep_recording": "one closed class's replay",
    "live.place_replay": "one closed class's lesson",
    "live.place_replays": "lessons of closed classes a lost message left undone",
    "live.end_groups": "rounds of groups whose time is up",
    "live.make_slides": "the pages of one deck",
    "live.make_lecture": "one closed class's lecture",
    "live.remind": "coming classes of whose reminder it is time",
    "live.remind_unanswered": "questions nobody has answered for two days",
    "live.tidy": "classes nobody came back to, and closed ones without a recording",
    "media_pipeline.probe_asset": "one lecture's file",
    "media_pipeline.remove_files": "the files of one deleted lecture",
    "media_pipeline.repackage_asset": "one lecture's file",
    "media_pipeline.sweep": "files no row names",
    "media_pipeline.tidy": "parts of files nobody claims",
    "reports.compare_with_ledger": "balances against the ledger",
    "reports.make_export": "one person's file of a board",
    "reports.place_entries": "ledger entries without a place in the feed",
    "reports.push_statements": "statements to the learning record store set by the operator",
    "reports.recount_branches": "branch figures",
    "reports.sweep_exports": "files of boards whose week is over",
}


def registered() -> dict[str, object]:
    app.loader.import_default_modules()
    return {
        task_name: task
        for task_name, task in app.tasks.items()
        if not task_name.startswith("celery.")
    }


def test_every_task_has_a_declared_policy() -> None:
    assert sorted(registered()) == sorted(POLICY)


def test_every_name_that_is_sent_is_registered() -> None:
    sent = {}
    for path in ours():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "enqueue":
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    sent[f"{name(path)}:{node.lineno}"] = first.value
    known = registered()
    assert {where: what for where, what in sent.items() if what not in known} == {}


def test_the_schedule_names_registered_tasks() -> None:
    known = registered()
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert scheduled - set(known) == set()


def test_every_task_goes_to_a_queue_a_worker_listens_on() -> None:
    assert {route(task_name)["queue"] for task_name in registered()} <= set(QUEUES)


def test_tasks_carry_ids_only() -> None:
    simple = {"int", "str", "bool", "uuid.UUID", "UUID"}
    wrong = [
        f"{task_name}({parameter})"
        for task_name, task in registered().items()
        for parameter in inspect.signature(task.run).parameters.values()  # type: ignore[attr-defined]
        if getattr(parameter.annotation, "__name__", str(parameter.annotation)) not in simple
    ]
    assert wrong == []
