from typing import Any

from django.db import migrations
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Now


def finished_before(apps: Any, schema_editor: Any) -> None:
    """Renditions so far are whole and lie in folders of their names; open runs begin anew."""
    rendition = apps.get_model("media_pipeline", "Rendition")
    asset = apps.get_model("media_pipeline", "Asset")
    shown = asset.objects.filter(pk=OuterRef("asset")).values("take")
    rendition.objects.update(take=Subquery(shown), folder=F("name"), state="ready")
    asset.objects.filter(state="ready").update(making=F("take"))
    job = apps.get_model("core", "Job")
    job.objects.filter(
        kind="media_pipeline.transcode_asset", state__in=("waiting", "running")
    ).update(state="cancelled", ended_at=Now(), lease_token=None, lease_until=None)


class Migration(migrations.Migration):
    dependencies = [
        ("media_pipeline", "0004_runs_and_pieces"),
        ("core", "0001_initial"),
    ]

    operations = [migrations.RunPython(finished_before, migrations.RunPython.noop)]
