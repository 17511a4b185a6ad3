"""Choosing a lecture in the editor: poster, length and state, only what the editor may use."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import (
    BaseChooseView,
    ChooseResultsViewMixin,
    ChooseViewMixin,
    ChosenMultipleView,
    ChosenView,
    CreationFormMixin,
)
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.widgets import BaseChooser

from courses.catalogue.queries import usable_lectures
from lms.core import clock
from lms.core.design.texts import clock as as_clock
from media_pipeline.models import Asset, AssetState
from media_pipeline.playback import NotPlayableError, signed_poster


class LectureFilterForm(BaseFilterForm):
    """Lectures by words of their title or of the file's name."""

    q = forms.CharField(label=_("标题或文件名"), required=False)

    def filter(self, objects: Any) -> Any:
        objects = super().filter(objects)
        words = self.cleaned_data.get("q", "")
        if words:
            self.is_searching = True
            self.search_query = words
            objects = objects.filter(title__icontains=words)
        return objects


class PosterColumn(Column):
    """The lecture's first picture, by a link made for the person who looks."""

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        try:
            poster = signed_poster(
                asset=instance, member=parent_context["request"].user, now=clock.now()
            )
        except NotPlayableError:
            context["value"] = ""
        else:
            context["value"] = format_html('<img src="{}" alt="" width="128" height="72">', poster)
        return context


def state_of(asset: Asset) -> str:
    """The state in words, with the percentage while it is being made."""
    if asset.state == AssetState.RUNNING:
        return f"{asset.get_state_display()} {asset.percent}%"
    return str(asset.get_state_display())


class LectureListMixin(CreationFormMixin, BaseChooseView):
    """Both lists, the dialogue and its reloaded part, show the same lectures."""

    filter_form_class = LectureFilterForm

    def get_object_list(self) -> Any:
        return usable_lectures(self.request.user)

    @property
    def columns(self) -> list[Column]:
        return [
            PosterColumn("poster", label=_("画面"), accessor="pk", width="140px"),
            *super().columns,
            Column("length", label=_("时长"), accessor=lambda asset: as_clock(asset.duration_ms)),
            Column("state", label=_("状态"), accessor=state_of),
            Column("branch", label=_("所属党组织"), accessor="owner_branch"),
        ]


class LectureChooseView(ChooseViewMixin, LectureListMixin):
    pass


class LectureChooseResultsView(ChooseResultsViewMixin, LectureListMixin):
    pass


class LectureChosenView(ChosenView):
    def get_object(self, pk: str) -> Asset:
        try:
            return usable_lectures(self.request.user).get(pk=UUID(pk))
        except ValueError:
            raise Http404 from None


class LectureChosenMultipleView(ChosenMultipleView):
    def get_objects(self, pks: list[str]) -> Any:
        try:
            keys = [UUID(pk) for pk in pks]
        except ValueError:
            raise Http404 from None
        return usable_lectures(self.request.user).filter(pk__in=keys)


class LectureChooser(BaseChooser):
    """Wagtail's chooser field, for rows whose key is a UUID."""

    def get_value_data_from_instance(self, instance: Any) -> dict[str, Any]:
        data = super().get_value_data_from_instance(instance)
        return {**data, "id": str(data["id"])}


class LectureChooserViewSet(ChooserViewSet):
    model = Asset
    icon = "media"
    choose_one_text = _("选择视频")
    choose_another_text = _("换一个视频")
    edit_item_text = _("查看视频")
    choose_view_class = LectureChooseView
    choose_results_view_class = LectureChooseResultsView
    chosen_view_class = LectureChosenView
    chosen_multiple_view_class = LectureChosenMultipleView
    base_widget_class = LectureChooser
    register_widget = False


asset_chooser = LectureChooserViewSet("lecture_chooser", url_prefix="choose-lecture")
