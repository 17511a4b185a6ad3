"""Addresses of the media pipeline: uploads in, lectures out."""

from django.urls import path

from media_pipeline import delivery, tus

app_name = "media"

urlpatterns = [
    path("uploads/", tus.create, name="uploads"),
    path("uploads/<uuid:upload_id>/", tus.continue_, name="upload"),
    path(
        "hls/<str:token>/<str:expiry>/<str:member_id>/<str:asset_id>/<str:take>/key",
        delivery.content_key,
        name="content_key",
    ),
    path(
        "hls/<str:token>/<str:expiry>/<str:member_id>/<str:asset_id>/<path:rest>",
        delivery.lecture_file,
        name="lecture_file",
    ),
]
