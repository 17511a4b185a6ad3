"""Addresses of discussions."""

from django.urls import URLPattern, path

from live.discussion import moderation_views as looking_after
from live.discussion import views
from live.discussion.places import BOARDS, KINDS

app_name = "discussion"


def _of(kind: str) -> list[URLPattern]:
    """The threads of a course, a lesson or a board, and a new one there."""
    named = {"kind": kind}
    return [
        path(f"discussion/{kind}/<int:pk>/", views.threads, named, name=kind),
        path(f"discussion/{kind}/<int:pk>/new/", views.new, named, name=f"new_in_{kind}"),
    ]


urlpatterns = [
    path("discussion/", views.home, name="home"),
    path("discussion/search/", views.search, name="search"),
    path("discussion/draft/", views.draft, name="draft"),
    path("discussion/desk/", looking_after.desk, name="desk"),
    path("discussion/log/", looking_after.log, name="log"),
    path(f"discussion/{BOARDS}/new/", looking_after.new_board, name="new_board"),
    path(
        f"discussion/{BOARDS}/<int:board_id>/edit/", looking_after.change_board, name="change_board"
    ),
    *(pattern for kind in KINDS for pattern in _of(kind)),
    path("discussion/<int:thread_id>/", views.thread, name="thread"),
    path("discussion/<int:thread_id>/after/", views.after, name="after"),
    path("discussion/<int:thread_id>/close/", looking_after.close, name="close"),
    path("discussion/people/<slug:kind>/<int:pk>/", views.people, name="people"),
    path("discussion/posts/<int:post_id>/", views.post, name="post"),
    path("discussion/posts/<int:post_id>/accept/", views.accept, name="accept"),
    path("discussion/posts/<int:post_id>/edit/", views.change, name="change"),
    path("discussion/posts/<int:post_id>/versions/", views.versions, name="versions"),
    path("discussion/posts/<int:post_id>/report/", looking_after.report, name="report"),
    path("discussion/posts/<int:post_id>/hide/", looking_after.hide, name="hide"),
    path("discussion/posts/<int:post_id>/release/", looking_after.release, name="release"),
    path("discussion/reports/<int:report_id>/dismiss/", looking_after.dismiss, name="dismiss"),
    path("discussion/hidings/<int:hiding_id>/", looking_after.hiding, name="hiding"),
]
