"""Background work of question imports."""

from exams.exchange import services
from lms.core.tasks import task


@task(name="exams.drop_forgotten_imports")
def drop_forgotten_imports() -> None:
    """Once a day: what nobody has decided about for a week is dropped."""
    services.drop_forgotten()
