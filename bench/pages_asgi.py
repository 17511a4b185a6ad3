"""The school's pages under Django's own ASGI handler, for comparison."""

from django.core.asgi import get_asgi_application

from lms import env

env.point_django_at_settings()
application = get_asgi_application()
