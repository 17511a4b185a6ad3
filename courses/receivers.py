"""What courses listen to: one line for each."""

from typing import Any
from uuid import UUID

from courses.catalogue.services import fill_from_asset
from courses.portal.services import ensure_site


def lecture_is_ready(*, asset_id: UUID, **_kwargs: Any) -> None:
    fill_from_asset(asset_id=asset_id)


def after_migrate(*, apps: Any = None, **_kwargs: Any) -> None:
    if apps is None or "homepage" in apps.all_models["courses"]:  # not on the way back to zero
        ensure_site()
