from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiveConfig(AppConfig):
    name = "live"
    verbose_name = _("直播课堂")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from courses.catalogue import beside
        from exams.closing import open_items as left_open
        from exams.credit import origins
        from live import receivers
        from live.chat import verbs as chat
        from live.checks import queries as checks
        from live.checks import verbs as check_verbs
        from live.checks import words as check_words
        from live.checks.views import part_config
        from live.classroom import proofs, reminders
        from live.classroom.moving import kept_classes
        from live.classroom.page import register_part
        from live.classroom.signals import class_closed
        from live.discussion.beside import threads_of
        from live.groups import saying as group_saying
        from live.groups import words as group_words
        from live.hands import verbs as hands
        from live.hours.open_items import open_items as open_venues
        from live.obs import verbs as obs
        from live.push import receivers as push
        from live.replay import looks, queries
        from live.replay import words as replay_words
        from live.replay.beside import class_of_lesson
        from live.slides import reading, saying, words
        from lms.core.access import SIGNED_IN
        from lms.core.design.navigation import Place, register
        from media_pipeline import moving
        from media_pipeline.signals import asset_ready

        moving.register(kept_classes)
        chat.register_all()
        hands.register_all()
        obs.register_all()
        register(Place("live", _("直播课"), "/live/", "video", SIGNED_IN, 22, _("直播")))
        saying.register_verbs()
        looks.register_looks()
        origins.register(queries.origin_of)
        class_closed.connect(receivers.class_is_over, dispatch_uid="live.class_is_over")
        asset_ready.connect(receivers.recording_is_ready, dispatch_uid="live.recording_is_ready")
        user_logged_in.connect(push.signed_in, dispatch_uid="live.push_signed_in")
        user_logged_out.connect(push.signed_out, dispatch_uid="live.push_signed_out")
        group_saying.register_verbs()
        register_part(
            "groups",
            strings=group_words.room_strings,
            config=lambda live_class, _member, _leads: group_words.config_addresses(live_class.pk),
        )
        register_part("replay", strings=replay_words.strings)
        register_part("slides", strings=words.room_strings, config=reading.config)
        reminders.register(receivers.class_comes)
        check_verbs.register_verbs()
        register_part("checks", strings=check_words.strings, config=part_config)
        left_open.register("live venues", open_venues)
        proofs.register("roll", checks.roll_calls)
        register(
            Place("discussion", _("讨论"), "/discussion/", "chat", SIGNED_IN, 24, in_bottom=False)
        )
        register(
            Place(
                "notices", _("消息"), "/notices/", "bell", SIGNED_IN, 45,
                in_bottom=False, in_header=False, count_path="/notices/count/",
            )
        )  # fmt: skip
        beside.show("discussion/parts/beside.html", threads_of)
        beside.show("live/parts/lesson.html", class_of_lesson, at="player")
