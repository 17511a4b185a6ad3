"""How corrections and appeals are named on pages."""

from exams.corrections.models import AnswerKind, AppealState, CorrectionState

CORRECTION_TONES: dict[str, str] = {
    CorrectionState.PROPOSED: "attention",
    CorrectionState.APPROVED: "ok",
    CorrectionState.REFUSED: "",
    CorrectionState.WITHDRAWN: "",
}
APPEAL_TONES: dict[str, str] = {
    AppealState.OPEN: "attention",
    AppealState.ASKED_BACK: "info",
    AppealState.IN_CORRECTION: "info",
    AppealState.CONFIRMED: "",
    AppealState.CORRECTED: "ok",
    AppealState.WITHDRAWN: "",
}
# What of an answer is the member's own.
OWN_ANSWERS = (AnswerKind.FILED, AnswerKind.SUPPLEMENTED, AnswerKind.WITHDRAWN)
