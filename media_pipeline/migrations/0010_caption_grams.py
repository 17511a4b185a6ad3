"""What is said becomes searchable in captions that were there before."""

from typing import Any

from django.db import migrations

from media_pipeline.captions import Cue
from media_pipeline.spoken_search import grams_of


def fill(apps: Any, schema_editor: Any) -> None:
    tracks = apps.get_model("media_pipeline", "CaptionTrack")
    for track in tracks.objects.only("cues").iterator(chunk_size=20):
        track.grams = grams_of(Cue(*cue) for cue in track.cues)
        track.save(update_fields=["grams"])


class Migration(migrations.Migration):
    dependencies = [("media_pipeline", "0009_caption_editing")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
