"""What signals and the clock start: deciding over passing."""

from exams.passing import services
from lms.core.tasks import task


@task(name="exams.evaluate_class", queue="ledger")
def evaluate_class(class_id: int, member_id: int | None = None) -> None:
    """Decide over a class, or over one member of it."""
    services.evaluate_class(class_id=class_id, member_id=member_id)


@task(name="exams.evaluate_open_classes", queue="ledger")
def evaluate_open_classes() -> None:
    """Each few minutes: hours that came in, and people whose time has run out."""
    services.send_open_classes()
