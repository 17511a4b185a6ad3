"""Running in this process, in order, what was put on the queues."""

from celery import Celery
from kombu import Connection, Queue

from lms.celery import app
from lms.core.tasks import QUEUES

# Nobody listens at port 1.
unreachable = Celery("unreachable", broker="redis://127.0.0.1:1/0", set_as_current=False)


def run_queued(*, limit: int = 1000) -> list[str]:
    """Take every waiting message off every queue and run its task here; returns the names.

    What these tasks put on the queues runs too.
    """
    app.loader.import_default_modules()
    ran: list[str] = []
    with Connection(app.conf.broker_url) as connection:
        channel = connection.default_channel
        while len(ran) < limit:
            message = next(
                (
                    found
                    for name in QUEUES
                    if (found := Queue(name, channel=channel, no_declare=True).get(no_ack=True))
                ),
                None,
            )
            if message is None:
                return ran
            name = message.headers["task"]
            _, kwargs, _ = message.decode()
            app.tasks[name](**kwargs)
            ran.append(name)
    raise AssertionError(f"tasks keep putting tasks on the queues: {ran[-5:]}")
