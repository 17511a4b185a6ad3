"""Who reaches whose lectures and live classes: see `access_cases`."""

from tests.architecture.access_objects import (
    ABOVE,
    ADMINISTRATORS,
    AUDIENCE,
    BRANCH_RECORDS,
    BRANCHES,
    BY_BRANCH,
    BY_PERSON,
    HOSTS,
    LECTURES,
    LIVE_HOSTS,
    LIVE_OTHERS,
    NOBODY,
    ONESELF,
    ROLES,
    SELF,
    TEACHERS,
    TEACHERS_THERE,
    WHO_SIGNED_IN,
    Case,
    asset,
    branch,
    caption_copy,
    captions,
    class_link,
    closed_class,
    lecture_key,
    lesson,
    live_check,
    live_class,
    live_group,
    rendition,
    replaced_asset,
    slide,
    upload,
    venue,
)

LECTURE_CASES: dict[str, Case] = {
    "admin/lectures/": Case(TEACHERS),
    "admin/lectures/upload/": Case(TEACHERS),
    "admin/lectures/<uuid:asset_id>/": Case(LECTURES, asset, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/status/": Case(LECTURES, asset, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/retry/": Case(LECTURES, asset, method="POST", **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/cancel/": Case(LECTURES, asset, method="POST", **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/captions/": Case(LECTURES, asset, method="POST", **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/captions/<str:language>.vtt": Case(
        LECTURES, captions, **BY_BRANCH
    ),
    "admin/lectures/<uuid:asset_id>/captions/<str:language>/remove/": Case(
        LECTURES, captions, method="POST", **BY_BRANCH
    ),
    "admin/lectures/<uuid:asset_id>/edit/": Case(LECTURES, asset, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/replace/": Case(LECTURES, asset, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/replacement/": Case(LECTURES, replaced_asset, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/replacement/show/": Case(
        LECTURES, replaced_asset, method="POST", **BY_BRANCH
    ),
    "admin/lectures/<uuid:asset_id>/replacement/undo/": Case(
        LECTURES, replaced_asset, method="POST", **BY_BRANCH
    ),
    "admin/lectures/<uuid:asset_id>/replacement/discard/": Case(
        LECTURES, replaced_asset, method="POST", **BY_BRANCH
    ),
    "admin/lectures/work/": Case(TEACHERS),
    "admin/lectures/work/retry/": Case(TEACHERS, method="POST"),
    "admin/lectures/upload/before/": Case(TEACHERS),
    "admin/lectures/upload/<uuid:upload_id>/abandon/": Case(
        dict.fromkeys(TEACHERS, (SELF,)), upload, method="POST", **BY_PERSON
    ),
    "admin/lectures/storage/": Case(ADMINISTRATORS),
    "admin/lectures/storage/<int:branch_id>/": Case(ABOVE, branch, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/title/": Case(LECTURES, asset, method="POST", **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/delete/": Case(BRANCH_RECORDS, asset, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/renditions/<str:name>/retry/": Case(
        LECTURES, rendition, method="POST", **BY_BRANCH
    ),
    "admin/lectures/<uuid:asset_id>/poster/": Case(LECTURES, asset, method="POST", **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/preview.mp4": Case(LECTURES, asset, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/chapters/": Case(LECTURES, asset, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/captions/<str:language>.srt": Case(
        LECTURES, captions, **BY_BRANCH
    ),
    "admin/lectures/<uuid:asset_id>/captions/<str:language>/edit/": Case(
        LECTURES, captions, **BY_BRANCH
    ),
    "admin/lectures/<uuid:asset_id>/captions/<str:language>/cues/": Case(
        LECTURES, captions, method="POST", **BY_BRANCH
    ),
    "admin/lectures/<uuid:asset_id>/caption-copies/<int:copy_id>.srt": Case(
        LECTURES, caption_copy, **BY_BRANCH
    ),
    "admin/lectures/<uuid:asset_id>/caption-copies/<int:copy_id>/restore/": Case(
        LECTURES, caption_copy, method="POST", **BY_BRANCH
    ),
    "lessons/<int:lesson_id>/transcript.txt": Case(AUDIENCE, lesson, **BY_BRANCH),
    "admin/lectures/<uuid:asset_id>/internal/": Case(LECTURES, asset, method="POST", **BY_BRANCH),
    # A link of one's own opens the key of a lecture one may see, and of no other.
    "hls/<str:token>/<str:expiry>/<str:member_id>/<str:asset_id>/<str:take>/key": Case(
        AUDIENCE, lecture_key, **BY_BRANCH
    ),
    # Live classes
    "live/": Case(WHO_SIGNED_IN),
    "live/taught/": Case(TEACHERS),
    "live/new/": Case(TEACHERS),
    "live/uplink/": Case(TEACHERS, method="POST"),
    "live/<int:live_class_id>/": Case(AUDIENCE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/address/": Case(AUDIENCE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/say/": Case(AUDIENCE, live_class, method="POST", **BY_BRANCH),
    "live/<int:live_class_id>/events/": Case(AUDIENCE, live_class, method="POST", **BY_BRANCH),
    "live/calendar/": Case(WHO_SIGNED_IN),
    # Whoever has the address that was given out; one that was not is nobody's.
    "live/calendar/<str:secret>.ics": Case(NOBODY, lambda *_: {"secret": "guessed"}),
    "live/<int:live_class_id>/attendance/": Case(AUDIENCE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/attendance.xlsx": Case(LIVE_OTHERS, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/checks/": Case(TEACHERS_THERE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/checks/bank/": Case(TEACHERS_THERE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/checks/cues/": Case(AUDIENCE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/checks/<int:check_id>/later/": Case(
        AUDIENCE, live_check, method="POST", **BY_BRANCH
    ),
    "live/<int:live_class_id>/rehearsed/": Case(
        TEACHERS_THERE, live_class, method="POST", **BY_BRANCH
    ),
    "live/<int:live_class_id>/venue/": Case(LIVE_HOSTS, live_class, **BY_BRANCH),
    "live/venue/in/": Case(WHO_SIGNED_IN),
    "live/venue/<int:venue_id>/": Case(HOSTS, venue, **BY_BRANCH),
    "live/venue/<int:venue_id>/confirm/": Case(HOSTS, venue, **BY_BRANCH),
    "live/venue/<int:venue_id>/screen/": Case(HOSTS, venue, **BY_BRANCH),
    "live/venue/<int:venue_id>/beside/": Case(HOSTS, venue, **BY_BRANCH),
    "live/venue/<int:venue_id>/do/<slug:verb>/": Case(HOSTS, venue, method="POST", **BY_BRANCH),
    # Who has scanned the screen may sign in; whether the class is for them is asked then.
    "live/venue/<int:venue_id>/in/<str:token>/": Case(
        dict.fromkeys(ROLES, BRANCHES), venue, **BY_BRANCH
    ),
    "live/<int:live_class_id>/edit/": Case(TEACHERS_THERE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/studio/": Case(TEACHERS_THERE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/do/<slug:verb>/": Case(
        TEACHERS_THERE, live_class, method="POST", **BY_BRANCH
    ),
    # Its slides, groups and replay
    "live/<int:live_class_id>/slides/": Case(AUDIENCE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/slides/<int:slide_id>/marks/": Case(AUDIENCE, slide, **BY_BRANCH),
    "live/<int:live_class_id>/slides/people/": Case(TEACHERS_THERE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/slides/prepare/": Case(TEACHERS_THERE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/slides/add/": Case(
        TEACHERS_THERE, live_class, method="POST", **BY_BRANCH
    ),
    "live/<int:live_class_id>/decks/<int:deck_id>/<slug:verb>/": Case(
        TEACHERS_THERE, slide, method="POST", **BY_BRANCH
    ),
    "live/<int:live_class_id>/group/": Case(AUDIENCE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/groups/": Case(TEACHERS_THERE, live_class, **BY_BRANCH),
    "live/<int:live_class_id>/groups/<int:group_id>/": Case(
        TEACHERS_THERE, live_group, **BY_BRANCH
    ),
    "live/<int:live_class_id>/replay/": Case(AUDIENCE, closed_class, **BY_BRANCH),
    "live/<int:live_class_id>/course/": Case(TEACHERS_THERE, live_class, **BY_BRANCH),
    "live-files/<str:token>/<str:expiry>/<str:member_id>/<str:room>/<path:rest>": Case(
        ONESELF, class_link, **BY_PERSON
    ),
}
