from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = _("课程")

    def ready(self) -> None:
        from courses import receivers
        from courses.catalogue.rules import can_study_lecture
        from courses.catalogue.uses import lessons_using
        from courses.progress.receivers import lecture_is_replaced, member_has_left
        from courses.progress.replacing import consequences
        from lms.members.signals import member_left
        from media_pipeline import edit_registry, uses
        from media_pipeline.rules import register_viewing_right
        from media_pipeline.signals import asset_ready, asset_replaced

        register_viewing_right(can_study_lecture)

        asset_ready.connect(receivers.lecture_is_ready, dispatch_uid="courses.lecture_is_ready")
        asset_replaced.connect(lecture_is_replaced, dispatch_uid="courses.lecture_is_replaced")
        edit_registry.install(consequences)
        post_migrate.connect(
            receivers.after_migrate, sender=self, dispatch_uid="courses.ensure_site"
        )
        member_left.connect(member_has_left, dispatch_uid="courses.member_has_left")
        uses.register("lessons", lessons_using)
