"""Contents of lectures that nobody can show any more are removed; nothing stays behind."""

from django.db import transaction

from lms.core import clock
from lms.core.states import advance
from media_pipeline import files, originals, queries
from media_pipeline.edit_services import both_rows
from media_pipeline.models import Asset, Replacement, ReplacementState
from media_pipeline.storage import media_storage


def sweep_replaced() -> int:
    """Remove contents nobody can show any more; returns how many. May run at any time."""
    swept = 0
    for replacement in queries.replacements_over(clock.now()):
        swept += _sweep(replacement)
    for asset in queries.sources_elsewhere():
        _bring_home(asset)
    return swept


def _sweep(replacement: Replacement) -> bool:
    with transaction.atomic():
        row = Replacement.objects.select_for_update().get(pk=replacement.pk)
        over = (ReplacementState.SHOWN, ReplacementState.DISCARDED)
        if row.state not in over or row.successor_id is None:
            return False
        asset, successor = both_rows(row)
        if row.state == ReplacementState.SHOWN:
            advance(row, to=ReplacementState.SETTLED, from_=[ReplacementState.SHOWN])
        source, gone, take = successor.source_key, successor.pk, successor.take
        successor.delete()

        def tidy() -> None:
            files.drop_lecture(gone)
            media_storage().delete_prefix(files.posters_prefix(gone))
            originals.drop(source)
            files.drop_take(asset.pk, take)  # where those went on who watched during the exchange

        transaction.on_commit(tidy)
    return True


def _bring_home(asset: Asset) -> None:
    """A file under another lecture's name gets its own lecture's, now that nobody else wants it."""
    with transaction.atomic():
        asset = queries.locked(asset)
        if asset.source is None:
            return
        source = asset.source
        if originals.exists(source):
            originals.drop(asset.pk)  # a former content's, and nobody's any more
            originals.share(source, asset.pk)
        advance(asset, to=asset.state, from_=[asset.state], source=None)
        transaction.on_commit(lambda: originals.drop(source))
