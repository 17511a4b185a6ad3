"""The Celery application: carries "look at job N", never the truth about work."""

from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import heartbeat_sent
from django.conf import settings

from lms import env
from lms.core.tasks import route

env.point_django_at_settings()

app = Celery("lms")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_transport_options={"visibility_timeout": settings.CELERY_VISIBILITY_TIMEOUT_SECONDS},
    broker_connection_retry_on_startup=True,
    task_default_queue="default",
    task_routes=(route,),
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    timezone=settings.TIME_ZONE,
)
# A subject is a folder with a tasks module of its own.
app.autodiscover_tasks(
    [
        "lms.members",
        "lms.reports",
        "lms.reports.exports",
        "lms.reports.feed",
        "lms.reports.xapi",
        "media_pipeline",
        "courses",
        "courses.catalogue",
        "courses.progress",
        "exams.attempts",
        "exams.certificates",
        "exams.exchange",
        "exams.credit",
        "exams.finals",
        "exams.gatherings",
        "exams.marking",
        "exams.passing",
        "exams.integrity",
        "exams.sheets",
        "exams.tallies",
        "live.classroom",
        "live.hands",
        "live.groups",
        "live.replay",
        "live.slides",
        "live.hours",
        "live.discussion",
        "live.writings",
        "live.push",
    ]
)
app.autodiscover_tasks(["lms.core"], related_name="job_tasks")
# What the clock starts. Every one of these may run twice or late without harm.
app.conf.beat_schedule = {
    "sweep-jobs": {"task": "core.sweep_jobs", "schedule": 30.0},
    "tidy-lectures": {"task": "media_pipeline.tidy", "schedule": 60.0},
    "sweep-media": {"task": "media_pipeline.sweep", "schedule": crontab(hour=3, minute=35)},
    "tidy-live-classes": {"task": "live.tidy", "schedule": 30.0},
    "free-live-stages": {"task": "live.free_stages", "schedule": 10.0},
    "end-groups": {"task": "live.end_groups", "schedule": 10.0},
    "place-replays": {"task": "live.place_replays", "schedule": 60.0},
    "remind-of-live-classes": {"task": "live.remind", "schedule": 60.0},
    "credit-live-classes": {"task": "live.credit_closed", "schedule": 30.0},
    "remind-unanswered": {"task": "live.remind_unanswered", "schedule": 300.0},
    "archive-writings": {"task": "live.archive_writings", "schedule": 300.0},
    "forget-old-words": {"task": "live.forget_old_words", "schedule": crontab(hour=4, minute=50)},
    "push-due": {"task": "live.push_due", "schedule": 15.0},
    "forget-old-browsers": {
        "task": "live.forget_old_browsers",
        "schedule": crontab(hour=4, minute=55),
    },
    "settle-progress": {"task": "courses.settle_progress", "schedule": 60.0},
    "credit-completed": {"task": "exams.credit_completed", "schedule": 60.0},
    "credit-all-completed": {
        "task": "exams.credit_all_completed",
        "schedule": crontab(hour=3, minute=20),
    },
    "open-years": {"task": "exams.open_years", "schedule": 300.0},
    "settle-targets": {"task": "exams.settle_targets", "schedule": crontab(hour=0, minute=5)},
    "credit-confirmed": {"task": "exams.credit_confirmed", "schedule": 60.0},
    "credit-all-confirmed": {
        "task": "exams.credit_all_confirmed",
        "schedule": crontab(hour=3, minute=25),
    },
    "finish-expired": {"task": "exams.finish_expired", "schedule": 15.0},
    "mark-and-release": {"task": "exams.mark_and_release", "schedule": 60.0},
    "credit-released": {"task": "exams.credit_released", "schedule": 60.0},
    "credit-all-released": {
        "task": "exams.credit_all_released",
        "schedule": crontab(hour=3, minute=30),
    },
    "evaluate-open-classes": {"task": "exams.evaluate_open_classes", "schedule": 300.0},
    "issue-certificates": {"task": "exams.issue_certificates", "schedule": 300.0},
    "drop-forgotten-imports": {
        "task": "exams.drop_forgotten_imports",
        "schedule": crontab(hour=4, minute=30),
    },
    "find-suspicions": {
        "task": "exams.find_suspicions",
        "schedule": crontab(hour=4, minute=10),
    },
    "open-partitions": {"task": "exams.open_partitions", "schedule": crontab(hour=2, minute=40)},
    "recount-branches": {"task": "reports.recount_branches", "schedule": 60.0},
    "place-entries": {"task": "reports.place_entries", "schedule": 60.0},
    "push-statements": {"task": "reports.push_statements", "schedule": 60.0},
    "sweep-exports": {"task": "reports.sweep_exports", "schedule": 3600.0},
    "compare-with-ledger": {
        "task": "reports.compare_with_ledger",
        "schedule": crontab(hour=3, minute=50),
    },
}


@heartbeat_sent.connect
def _report_worker(**about: Any) -> None:
    from lms.core.health.services import report_worker  # Django's apps are loaded by now

    report_worker()
