"""Background work on live classes: each carries an id and may run twice or late."""

from live.classroom import air_services, recording_services, reminders, services
from lms.core.tasks import task


@task(name="live.keep_recording", queue="default")
def keep_recording(*, live_class_id: int) -> None:
    """One closed class's replay, and the order for its lecture."""
    recording_services.keep_recording(live_class_id=live_class_id)


@task(name="live.make_lecture", queue="media")
def make_lecture(*, job_id: int) -> None:
    """One class's lecture."""
    recording_services.make_lecture(job_id=job_id)


@task(name="live.tidy", queue="default")
def tidy() -> None:
    """Classes whose teacher never came back; closed ones without a recording."""
    air_services.note_silent()
    services.close_abandoned()
    recording_services.sweep()


@task(name="live.remind", queue="default")
def remind() -> None:
    """Each minute: hand over who is to be reminded of what."""
    reminders.remind()
