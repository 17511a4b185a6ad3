"""Pictures in a final's questions: shown to all who watch while the question is on the stage.

Everybody is told the same, so the link is nobody's own. It is signed for one question of one final,
and it opens only while that question is the last one asked, to who may watch the final.
"""

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from exams.finals.course import Phase, State
from exams.questions.media import PICTURE, Named

_signer = Signer(salt="exams.finals.pictures")


def address_of(final_id: int, turn: int, named: Named) -> str:
    """Where the picture is while the question with this number is on the stage."""
    return reverse(
        "finals:picture", args=[final_id, _signer.sign(f"{final_id}.{turn}.{named.key}")]
    )


def picture_on_stage(final_id: int, state: State, token: str) -> Named | None:
    """What a link of this final leads to now; None if its question is not on the stage."""
    try:
        whose, number, key = _signer.unsign(token).split(".")
    except (BadSignature, ValueError):
        return None
    if state.turn is None or state.phase is not Phase.RUNNING:
        return None
    if (whose, number) != (str(final_id), str(state.turn.number)):
        return None
    return Named(PICTURE, key)
