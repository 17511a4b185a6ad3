"""What a draft is kept as is a whole question of its type, and gives the same draft again."""

from dataclasses import replace

from hypothesis import given

from exams.exchange.drafts import Draft
from exams.exchange.shapes import content_and_key, draft_of
from exams.questions.types import question_type
from tests.exams.exchange.test_formats import drafts


@given(drafts())
def test_a_draft_is_kept_whole(draft: Draft) -> None:
    content, key = content_and_key(draft)
    question_type(draft.kind).check(content, key)
    about = {
        name: getattr(draft, name)
        for name in ("points", "explanation", "category", "topic", "difficulty", "clause")
    }
    again = draft_of(draft.kind, draft.stem, content, key, **about)
    parts = tuple(
        replace(part, points=inner.points)
        for part, inner in zip(draft.parts, again.parts, strict=True)
    )
    plain = {"explanation": "", "category": "", "topic": "", "difficulty": None, "clause": ""}
    assert again == replace(draft, parts=tuple(replace(part, **plain) for part in parts))
