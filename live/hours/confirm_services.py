"""The second person's word on a meeting room's list: confirmed and credited, or sent back."""

from django.db import transaction
from django.utils.translation import gettext as _

from live.hours import queries, rules, told
from live.hours.errors import ListChangedError, NotTheSecondPersonError, VenueClosedError
from live.hours.models import Venue
from lms.core import clock
from lms.core.tasks import enqueue
from lms.members.models import Member


def confirm_list(*, by: Member, venue: Venue, digest: str) -> int:
    """Everybody on the list is credited after the class; how many there are.

    `digest` says which list was read; one that has changed since is refused. Of two who confirm
    at once one finds it done.
    """
    with transaction.atomic():
        held = _held(by, venue)
        if digest != queries.digest_of(held):
            raise ListChangedError(_("名单或清点人数刚刚有变动，请核对后再确认。"))
        Venue.objects.filter(pk=held.pk).update(confirmed_at=clock.now(), confirmed_by=by)
        count = queries.list_of(held).count()
        enqueue("live.credit_class", live_class_id=held.live_class_id)
    venue.refresh_from_db()
    return count


def refuse_list(*, by: Member, venue: Venue, reason: str) -> None:
    """Send the list back to whoever kept it, saying what is wrong."""
    with transaction.atomic():
        held = _held(by, venue)
        held.refused_at, held.refused_by, held.refusal = clock.now(), by, reason
        held.save(update_fields=["refused_at", "refused_by", "refusal"])
        told.refused(held)
    venue.refresh_from_db()


def _held(by: Member, venue: Venue) -> Venue:
    """The list as it is now, locked, if `by` is its second person."""
    Venue.objects.select_for_update(no_key=True).get(pk=venue.pk)
    held = queries.venue_to_confirm(by, venue.pk)
    if held is None or not rules.awaits_confirmation(held):
        raise VenueClosedError(_("这份名单已经有人确认或退回，请刷新页面。"))
    if not rules.can_confirm(by, held):
        raise NotTheSecondPersonError(
            _("主持或登记过名单的人不能自己确认，请另一位书记、管理员或见证人确认。")
        )
    return held
