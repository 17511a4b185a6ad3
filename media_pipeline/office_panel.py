"""Lectures on the back office's home page."""

from collections.abc import Mapping
from typing import Any

from wagtail.admin.ui.components import Component

from media_pipeline.queries import unfinished_assets
from media_pipeline.words import status_words

SHOWN = 6


class LecturesPanel(Component):
    """What is being made and what has failed, with a way to try again."""

    name = "lectures"
    template_name = "media_pipeline/office_panel.html"
    order = 100

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        assets = list(unfinished_assets(parent_context["request"].user)[: SHOWN + 1])
        return {
            "lectures": [(asset, status_words(asset)) for asset in assets[:SHOWN]],
            "has_more": len(assets) > SHOWN,
            "csrf_token": parent_context["csrf_token"],
        }
