"""What a lesson is made of: one lecture video, articles, PDF documents, pictures."""

from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import (
    CharBlock,
    ChooserBlock,
    IntegerBlock,
    ListBlock,
    RichTextBlock,
    StreamBlock,
    StructBlock,
    StructBlockValidationError,
)
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

ARTICLE_FEATURES = ["h2", "h3", "bold", "ol", "ul", "link", "hr", "blockquote"]


class AssetChooserBlock(ChooserBlock):
    """A lecture video out of the media library; the chooser shows only what the editor may use."""

    class Meta:
        icon = "media"

    @cached_property
    def target_model(self) -> Any:
        from media_pipeline.models import Asset  # the app registry is not ready at import

        return Asset

    @cached_property
    def widget(self) -> Any:
        from courses.catalogue.choosers import asset_chooser

        return asset_chooser.widget_class()

    def bulk_to_python(self, values: Any) -> list[Any]:
        """Stored keys are text, the rows' own keys are UUIDs."""
        keys = [UUID(value) if value else None for value in values]
        found = self.model_class._default_manager.in_bulk([key for key in keys if key])
        return [found.get(key) for key in keys]

    def get_prep_value(self, value: Any) -> Any:
        """The asset's key is a UUID, which JSON holds as text."""
        key = super().get_prep_value(value)
        return None if key is None else str(key)


class PdfChooserBlock(DocumentChooserBlock):
    """A document members read in the browser; other formats may not open on a phone."""

    def clean(self, value: Any) -> Any:
        document = super().clean(value)
        if document is not None and document.file_extension.lower() != "pdf":
            raise ValidationError(_("这里只能放 PDF 文件，请先另存为 PDF 再上传。"))
        return document


class LessonBody(StreamBlock):
    """The blocks of one lesson in reading order, with at most one video."""

    video = AssetChooserBlock(label=_("视频"))
    article = RichTextBlock(label=_("图文"), features=ARTICLE_FEATURES, icon="doc-full")
    document = PdfChooserBlock(label=_("PDF 文档"), icon="doc-full-inverse")
    image = ImageChooserBlock(label=_("图片"), icon="image")

    class Meta:
        block_counts: ClassVar = {"video": {"max_num": 1}}
        required = False


class CheckQuestion(StructBlock):
    """A short question about the lesson, asked in place of "are you there"."""

    text = CharBlock(label=_("问题"), max_length=80)
    options = ListBlock(
        CharBlock(label=_("选项"), max_length=40), label=_("选项"), min_num=2, max_num=4
    )
    right = IntegerBlock(
        label=_("正确的是第几项"), min_value=1, max_value=4, help_text=_("例如 2 表示第二个选项。")
    )

    class Meta:
        icon = "help"
        label = _("小问题")

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if cleaned["right"] > len(cleaned["options"]):
            raise StructBlockValidationError(
                block_errors={"right": ValidationError(_("没有这么多选项，请改成有的那一项。"))}
            )
        return cleaned


class CheckQuestions(StreamBlock):
    """The questions of one lesson; they take turns."""

    question = CheckQuestion()

    class Meta:
        required = False
