"""What the clock starts: a look at the month's sittings."""

import datetime as dt

from exams.integrity import services
from lms.core import clock
from lms.core.tasks import task


@task(name="exams.find_suspicions", queue="default")
def find_suspicions() -> None:
    """Each night: the month that yesterday belongs to."""
    yesterday = clock.local_date(clock.now() - dt.timedelta(days=1))
    services.find_suspicions(month=yesterday.replace(day=1))
