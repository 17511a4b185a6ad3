"""Background work on lectures: each carries a job's id and may run twice or late."""

from lms.core.tasks import task
from media_pipeline import internal, services, uploads


@task(name="media_pipeline.probe_asset", queue="default")
def probe_asset(*, job_id: int) -> None:
    services.probe_asset(job_id=job_id)


@task(name="media_pipeline.transcode_asset", queue="media")
def transcode_asset(*, job_id: int) -> None:
    services.transcode_asset(job_id=job_id)


@task(name="media_pipeline.repackage_asset", queue="media")
def repackage_asset(*, job_id: int) -> None:
    internal.repackage_asset(job_id=job_id)


@task(name="media_pipeline.tidy", queue="default")
def tidy() -> None:
    services.settle_assets()
    uploads.expire_uploads()
    internal.settle_packaging()
