"""Background work on replays: each carries an id and may run twice or late."""

from live.replay import services
from lms.core.tasks import task


@task(name="live.place_replay", queue="default")
def place_replay(*, live_class_id: int) -> None:
    """One closed class's lesson."""
    services.place_replay(live_class_id=live_class_id)


@task(name="live.place_replays", queue="default")
def place_replays() -> None:
    """Lessons a lost message left undone."""
    services.place_waiting()
