"""Background work of the statements."""

import logging

from lms.core.tasks import task
from lms.reports.xapi import services

logger = logging.getLogger(__name__)


@task(name="reports.push_statements", queue="default")
def push_statements() -> None:
    """Each minute; does nothing where no learning record store is set."""
    try:
        services.push_statements()
    except services.LrsRefusedError as refused:
        logger.warning("statements not taken, tried again later: %s", refused)
