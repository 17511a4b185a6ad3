from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MediaPipelineConfig(AppConfig):
    name = "media_pipeline"
    verbose_name = _("视频处理")

    def ready(self) -> None:
        from media_pipeline import checks, receivers

        self.registered = (checks, receivers)
