"""Setting up the school's front."""

from django.db import transaction
from wagtail.models import Page

from courses.catalogue.services import ensure_index, ensure_locale, ensure_root, show_home
from courses.portal.models import HomePage


def ensure_site() -> HomePage:
    """The home page, the catalogue and the site that shows them, made where they are missing.

    Runs after every migration, so that a new school opens with a home page; running it again
    changes nothing.
    """
    with transaction.atomic():
        ensure_locale()
        root = ensure_root()
        home = HomePage.objects.first()
        if home is None:
            home = HomePage(title="网上党校", slug="school", headline="随时学，学扎实")
            root.add_child(instance=home)
        show_home(home=home)
        # Wagtail's own first migration leaves a page that welcomes its developer.
        for page in root.get_children().exclude(pk=home.pk).filter(slug="home"):
            if page.specific_class is Page:
                page.delete()
        ensure_index(home=home)
    return home
