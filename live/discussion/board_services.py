"""Making boards and changing them."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from live.discussion import rules
from live.discussion.errors import NotYoursError, TalkContentError
from live.discussion.models import Board, BoardState
from live.discussion.writing import tidied
from lms.core import clock
from lms.core.states import advance
from lms.members.models import Branch, Member


def make_board(*, by: Member, branch: Branch, title: str, introduction: str = "") -> Board:
    """A board for a branch and all below it."""
    if not rules.can_make_boards(by, branch):
        raise NotYoursError(_("您不能为这个党组织设讨论区。请联系它的书记或学校管理员。"))
    try:
        with transaction.atomic():
            return Board.objects.create(
                branch=branch,
                title=tidied(title),
                introduction=tidied(introduction),
                made_by=by,
                made_at=clock.now(),
            )
    except IntegrityError:
        raise TalkContentError(_("这个党组织已经有同名的讨论区，请换一个名称。")) from None


def change_board(*, by: Member, board: Board, title: str, introduction: str, is_open: bool) -> None:
    """Another name or introduction; a closed board is read and no longer written in."""
    if not rules.can_make_boards(by, board.branch):
        raise NotYoursError(_("这个讨论区不由您管理。"))
    board.title, board.introduction = tidied(title), tidied(introduction)
    to, from_ = (BoardState.OPEN, BoardState.CLOSED) if is_open else (
        BoardState.CLOSED, BoardState.OPEN
    )  # fmt: skip
    try:
        with transaction.atomic():
            board.save(update_fields=["title", "introduction"])
            advance(board, to=to, from_=[from_])
    except IntegrityError:
        raise TalkContentError(_("这个党组织已经有同名的讨论区，请换一个名称。")) from None
