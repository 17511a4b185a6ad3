"""The school's front page."""

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from courses.catalogue.models import RoutedPage


class HomePage(RoutedPage):
    """The one home page: what the school says to someone who comes in."""

    headline = models.CharField(_("欢迎语"), max_length=60, blank=True)
    introduction = RichTextField(_("学校介绍"), blank=True, features=["bold", "link", "ul"])

    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = ["courses.CourseIndexPage"]
    max_count = 1
    preview_modes: ClassVar[list[Any]] = []
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("headline"),
        FieldPanel("introduction"),
    ]

    class Meta:
        verbose_name = _("首页")
        verbose_name_plural = _("首页")

    def route(self) -> str:
        return reverse("courses:home")
