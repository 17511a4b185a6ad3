"""The day's draw: the same for everybody, little moved by a bank that changes."""

from hypothesis import given
from hypothesis import strategies as st

from exams.contests.daily import asked_today, drawn, seed_of

QUESTIONS = st.sets(st.integers(1, 500), max_size=40)
SEEDS = st.builds(seed_of, st.integers(1, 9), st.sampled_from(["2026-11-18", "2026-11-19"]))


@given(QUESTIONS, st.integers(0, 12), SEEDS, st.randoms())
def test_the_draw_hangs_on_nothing_but_the_questions_and_the_seed(questions, count, seed, chance):
    shuffled = list(questions)
    chance.shuffle(shuffled)
    found = drawn(shuffled, count=count, seed=seed)
    assert found == drawn(sorted(questions), count=count, seed=seed)
    assert len(found) == len(set(found)) == min(count, len(questions))
    assert set(found) <= questions


@given(QUESTIONS.filter(bool), st.integers(1, 12), SEEDS, st.data())
def test_a_question_that_leaves_is_replaced_by_at_most_one_other(questions, count, seed, data):
    gone = data.draw(st.sampled_from(sorted(questions)))
    before = drawn(questions, count=count, seed=seed)
    after = drawn(questions - {gone}, count=count, seed=seed)
    assert [each for each in after if each in before] == [each for each in before if each != gone]
    assert len(set(after) - set(before)) <= (gone in before)


@given(QUESTIONS, st.integers(0, 12), SEEDS, st.data())
def test_what_was_answered_stays_and_nobody_is_asked_more(questions, count, seed, data):
    before = drawn(questions, count=count, seed=seed)
    answered = data.draw(st.sets(st.sampled_from(before))) if before else set()
    left = data.draw(st.sets(st.sampled_from(sorted(questions)))) if questions else set()
    now = asked_today(left, count=count, seed=seed, answered=answered)
    assert set(answered) <= set(now) <= left | answered
    assert len(now) == min(count, len(left | answered))
    assert asked_today(questions, count=count, seed=seed, answered=answered) == before


def test_another_day_and_another_member_ask_other_questions() -> None:
    bank = range(1, 200)
    seeds = [
        seed_of(1, "2026-11-18"), seed_of(1, "2026-11-19"), seed_of(2, "2026-11-18"),
        seed_of(1, "2026-11-18", 7), seed_of(1, "2026-11-18", 8),
    ]  # fmt: skip
    draws = {tuple(drawn(bank, count=5, seed=seed)) for seed in seeds}
    assert len(draws) == 5
