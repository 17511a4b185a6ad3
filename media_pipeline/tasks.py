"""Background work on lectures: each carries a job's id and may run twice or late."""

from lms.core.tasks import task
from media_pipeline import deletion, edit_sweep, internal, making, services, sweeping, uploads


@task(name="media_pipeline.probe_asset", queue="default")
def probe_asset(*, job_id: int) -> None:
    services.probe_asset(job_id=job_id)


@task(name="media_pipeline.encode_first", queue="first")
def encode_first(*, job_id: int) -> None:
    making.encode_piece(job_id=job_id)


@task(name="media_pipeline.encode_piece", queue="media")
def encode_piece(*, job_id: int) -> None:
    making.encode_piece(job_id=job_id)


@task(name="media_pipeline.join_rendition", queue="first")
def join_rendition(*, job_id: int) -> None:
    making.join_rendition(job_id=job_id)


@task(name="media_pipeline.remove_files", queue="default")
def remove_files(*, removal_id: int) -> None:
    deletion.remove_files(removal_id=removal_id)


@task(name="media_pipeline.repackage_asset", queue="media")
def repackage_asset(*, job_id: int) -> None:
    internal.repackage_asset(job_id=job_id)


@task(name="media_pipeline.sweep", queue="default")
def sweep() -> None:
    sweeping.orphans()


@task(name="media_pipeline.tidy", queue="default")
def tidy() -> None:
    services.settle_assets()
    making.send_waiting_for_room()
    uploads.expire_uploads()
    deletion.sweep_removals()
    internal.settle_packaging()
    edit_sweep.sweep_replaced()
