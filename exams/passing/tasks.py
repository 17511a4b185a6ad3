"""What signals and the clock start: deciding over passing."""

from exams.passing import services
from lms.core.tasks import task


@task(name="exams.evaluate_class", queue="ledger")
def evaluate_class(class_id: int) -> None:
    """Decide over everybody in a class."""
    services.evaluate_class(class_id=class_id)


@task(name="exams.evaluate_member", queue="ledger")
def evaluate_member(class_id: int, member_id: int) -> None:
    """Decide over one member of a class."""
    services.evaluate_class(class_id=class_id, member_id=member_id)


@task(name="exams.evaluate_open_classes", queue="ledger")
def evaluate_open_classes() -> None:
    """Each few minutes: hours that came in, and people whose time has run out."""
    services.send_open_classes()
