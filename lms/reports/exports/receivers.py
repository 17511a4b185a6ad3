"""What we do when others announce something: one line each."""

from typing import Any

from django.dispatch import receiver

from lms.core.signals import job_failed
from lms.reports.exports import services


@receiver(job_failed)
def settle_after_failed_job(**_announced: Any) -> None:
    services.settle_exports()
