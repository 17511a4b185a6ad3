"""Of the matrix's world what belongs to live classes, discussions and writings."""

import functools
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile

from live.checks.models import Check
from live.classroom.delivery import signed_playlist
from live.classroom.folders import LIVE_NAME, class_folder
from live.classroom.models import LiveClass
from live.discussion import moderation_services
from live.discussion.models import Hiding, Post, Report, Thread
from live.groups.models import Group
from live.hours.models import Venue
from live.notices.models import Notice, NoticeKind
from live.notices.services import notify
from live.push.models import PushBrowser
from live.slides.models import Slide
from live.writings import services as writing_services
from live.writings.models import Writing
from lms.core import clock
from lms.members.models import Branch, Member
from lms.members.queries import branch_on
from tests.factories import (
    members,
)
from tests.factories.discussion import make_board, make_talk, make_thread
from tests.factories.live import make_closed, make_live_class
from tests.factories.live_hours import make_live_check, make_venue
from tests.factories.live_slides import make_group, make_shown_slide
from tests.factories.writings import PDF, make_handed_in, make_writing


@dataclass(eq=False)
class LiveWorld:
    """Part of `World`; every object is made when first asked for."""

    branches: dict[str, Branch] = field(init=False)

    @functools.cache  # noqa: B019
    def live_class(self, where: str) -> LiveClass:
        return make_live_class(self.branches[where])

    @functools.cache  # noqa: B019
    def closed_class(self, where: str) -> LiveClass:
        return make_closed(self.branches[where])

    @functools.cache  # noqa: B019
    def slide(self, where: str) -> Slide:
        return make_shown_slide(self.live_class(where))

    @functools.cache  # noqa: B019
    def live_group(self, where: str) -> Group:
        return make_group(self.live_class(where))

    def live_check(self, where: str) -> Check:
        return make_live_check(self.branches[where])

    @functools.cache  # noqa: B019
    def venue(self, where: str) -> Venue:
        branch = self.branches[where]
        return make_venue(self.live_class(where), branch, by=members.make_secretary(branch))

    def talk(self, where: str) -> Thread:
        """On a board of that branch, begun and answered by members of it."""
        return make_talk(self.branches[where])

    @functools.cache  # noqa: B019
    def own_post(self, person: Member) -> Post:
        """The beginning of a thread on a board of the branch the person belongs to."""
        branch = branch_on(person, clock.today())
        assert branch is not None
        return make_thread(make_board(branch), by=person).posts.get(number=1)

    @functools.cache  # noqa: B019
    def report(self, where: str) -> Report:
        thread = make_talk(self.branches[where])
        by = members.make_member(self.branches[where])
        return moderation_services.report_post(
            by=by, post=thread.posts.get(number=2), reason="rude"
        )

    @functools.cache  # noqa: B019
    def hiding(self, where: str) -> Hiding:
        post = make_talk(self.branches[where]).posts.get(number=2)
        by = members.make_secretary(self.branches[where])
        return moderation_services.hide_post(by=by, post=post, reason="离题")

    @functools.cache  # noqa: B019
    def notice(self, person: Member) -> Notice:
        notify(
            member_ids=[person.pk],
            kind=NoticeKind.ANSWER,
            title="有人回复",
            url="/discussion/",
            once="of the matrix",
        )
        return Notice.objects.get(member=person, once="of the matrix")

    @functools.cache  # noqa: B019
    def push_browser(self, person: Member) -> PushBrowser:
        return PushBrowser.objects.create(
            member=person,
            session_key="",
            standing="",
            endpoint=f"https://push.example/{person.pk}",
            public_key="",
            secret="",
            made_at=clock.now(),
        )

    @functools.cache  # noqa: B019
    def draft_writing(self, person: Member) -> Writing:
        """One nobody else has been shown, with a file."""
        made = make_writing(person)
        writing_services.attach_file(by=person, writing=made, name="x.pdf", content=PDF)
        return made

    @functools.cache  # noqa: B019
    def handed_in(self, person: Member) -> Writing:
        made = make_writing(person)
        writing_services.attach_file(by=person, writing=made, name="x.pdf", content=PDF)
        writing_services.hand_in(by=person, writing=made)
        return made

    @functools.cache  # noqa: B019
    def archived(self, person: Member) -> Writing:
        """An accepted one whose PDF is there."""
        made = make_handed_in(person)
        made.archive.save("of the matrix.pdf", ContentFile(PDF))
        return made

    def class_playlist(self, member: Any, where: str) -> str:
        """A signed address of the class's segments; there is one that can be fetched."""
        live_class = self.live_class(where)
        folder = class_folder(live_class.room)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / LIVE_NAME).write_text("#EXTM3U\n")
        return signed_playlist(
            live_class=live_class, member=member, now=clock.now(), name=LIVE_NAME
        )
