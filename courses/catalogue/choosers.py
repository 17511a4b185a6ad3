"""Choosing a lecture in the editor: poster, length and state, only what the editor may use."""

from wagtail.admin.viewsets.chooser import ChooserViewSet

asset_chooser = ChooserViewSet("lecture_chooser", model="media_pipeline.Asset")
