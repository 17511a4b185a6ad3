"""Questions as people type them in Word or a chat: numbered, lettered, with the answers marked.

    一、单项选择题（每题 2 分）
    1. 党的根本组织原则是（ A ）。
    A. 民主集中制  B. 集体领导
    解析：见党章第十条。

Read are: headings of kinds with the points of each question, a kind in brackets at the start of a
question, answers inside the brackets of the stem, behind 答案： or in a list at the end, and lines
of 解析, 知识点, 难度, 分值, 分类, 依据. `write` writes the same, and `read` reads it back whole.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from exams.exchange.drafts import Draft, Fault, Found, problem_of
from exams.exchange.markup import BLANK, to_html, to_text

KIND_NAMES = {
    "single": "单选题",
    "multiple": "多选题",
    "true_false": "判断题",
    "blank": "填空题",
    "numeric": "数值题",
    "matching": "匹配题",
    "ordering": "排序题",
    "short": "简答题",
    "essay": "论述题",
    "case": "材料分析题",
}
# What headings and brackets say, the longer first.
_KIND_WORDS = (
    ("单项选择", "single"), ("单选", "single"), ("不定项", "multiple"), ("多项选择", "multiple"),
    ("多选", "multiple"), ("判断", "true_false"), ("是非", "true_false"), ("填空", "blank"),
    ("数值", "numeric"), ("计算", "numeric"), ("匹配", "matching"), ("连线", "matching"),
    ("排序", "ordering"), ("简答", "short"), ("问答", "short"), ("名词解释", "short"),
    ("论述", "essay"), ("材料", "case"), ("案例", "case"), ("选择", "choice"),
)  # fmt: skip
_HEADING = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十]+(?:部分|大题)?[、.．:： ]\s*)?"
    r"([\u4e00-\u9fff]{1,10}题)(?![\u4e00-\u9fff])(.*)$"
)
_NUMBERED = re.compile(r"^\s*(\d{1,4})\s*[、.．)）]\s*(?!\d)(.*)$")
_PART = re.compile(r"^\s*[（(](\d{1,2})[)）]\s*(.*)$")
_BRACKETED = re.compile(r"^\s*[\[【（(]([^\]】）)]{2,12})[\]】）)]\s*")
_OPTION = re.compile(r"(?:^|(?<=\s))([A-Ha-h])\s*[、.．:：)）]\s*")
_FIELD = re.compile(
    r"^\s*[【\[]?\s*((?:正确|参考|标准)?答案|答|解析|试题解析|答案解析|知识点|考点|难度|难易度|分值|分数|分类|"
    r"依据|出处)\s*(?:[】\]]\s*[:：]?|[:：])\s*(.*)$"
)
_FIELDS = {
    "答": "answer", "解析": "explanation", "试题解析": "explanation", "答案解析": "explanation",
    "知识点": "topic", "考点": "topic", "难度": "difficulty", "难易度": "difficulty",
    "分值": "points", "分数": "points", "分类": "category", "依据": "clause", "出处": "clause",
}  # fmt: skip
_KEY_LIST = re.compile(
    r"^\s*(?:[一二三四五六七八九十]+、)?\s*[【\[]?(?:参考|正确|标准)?答案(?:及解析|与解析)?[】\]]?[:：]?\s*$"
)
_STEM_ANSWER = re.compile(r"[（(]\s*([A-Ha-h]{1,8}|[√✓×✕✗xX]|对|错|正确|错误)\s*[)）]")
_GAP = re.compile(r"_{2,}|[（(][\s\u3000]*[)）]|【[\s\u3000]*】")
# Letters and digits of a Chinese keyboard, and its space.
_NARROW = {0xFF01 + n: 0x21 + n for n in range(94) if chr(0x21 + n).isalnum()} | {0x3000: 0x20}
_TRUE = {"对", "√", "✓", "正确", "T", "TRUE", "是", "A"}
_FALSE = {"错", "×", "✕", "✗", "X", "错误", "F", "FALSE", "否", "B"}
_DIFFICULTIES = {"容易": 1, "易": 1, "较易": 2, "中等": 3, "中": 3, "一般": 3, "较难": 4, "难": 5}
_EACH_POINTS = re.compile(r"每[小]?题\s*(\d+(?:\.\d+)?)\s*分")
_OWN_POINTS = re.compile(r"[（(]\s*(\d+(?:\.\d+)?)\s*分\s*[)）]")
_RANGE = re.compile(r"(\d+)\s*[-~—－–至]+\s*(\d+)\s*[:：.、．]?\s*([A-Ha-h√×对错\s,，]+)")
_ONE = re.compile(
    r"(\d+)\s*[.、．:：)）]?\s*([A-Ha-h]{1,8}|[√✓×✕]|对|错|正确|错误)(?=[\s,，;；]|$)"
)


@dataclass
class Raw:
    """One question while its lines are being gathered.

    `fields` holds the lines behind answer, explanation, topic, difficulty, points, category and
    clause as they were typed.
    """

    number: int
    place: str
    kind: str = ""
    points: Decimal | None = None
    stem: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)
    parts: list["Raw"] = field(default_factory=list)
    into: str = "stem"

    def add(self, line: str) -> None:
        """A line that begins nothing new belongs to what came before it."""
        if self.parts:
            self.parts[-1].add(line)
        elif self.into == "option" and self.options:
            self.options[-1] = f"{self.options[-1]}\n{line}".strip()
        elif self.into == "stem":
            self.stem.append(line)
        else:
            self.fields[self.into].append(line)


def read(text: str) -> Found:
    """What the text asks. Lines before the first question are passed over."""
    questions, answers = _gathered(text)
    found: list[Draft | Fault] = []
    for raw in questions:
        if (key := (raw.fields.get("section", [""])[0], raw.number)) in answers:
            raw.fields.setdefault("answer", [answers[key]])
        found.append(settled(raw))
    return found


def settled(raw: Raw) -> Draft | Fault:
    """The question that was gathered, or what is wrong with it."""
    outcome = _draft(raw)
    problem = outcome if isinstance(outcome, str) else problem_of(outcome)
    if problem or isinstance(outcome, str):
        return Fault(problem or "", raw.place, " ".join(raw.stem)[:80])
    return outcome


def _gathered(text: str) -> tuple[list[Raw], dict[tuple[str, int], str]]:
    """The questions, and the answers of a list at the end by heading and number."""
    questions: list[Raw] = []
    answers: dict[tuple[str, int], str] = {}
    kind, points, section = "", None, ""
    in_key = False
    for number, line in enumerate(text.translate(_NARROW).splitlines(), start=1):
        if not line.strip():
            continue
        if questions and _KEY_LIST.match(line):
            in_key, section = True, ""
            continue
        heading = _heading(line)
        if heading:
            kind, points = heading[0], heading[1]
            section = kind
            if not in_key:
                continue
            line = line[heading[2] :]
        if in_key:
            answers |= {(section, n): word for n, word in _listed(line)}
            continue
        numbered = _NUMBERED.match(line)
        if numbered:
            raw = Raw(int(numbered[1]), str(number), kind, points)
            raw.fields["section"] = [section]
            questions.append(raw)
            _begin(raw, numbered[2])
        elif questions:
            _continue(questions[-1], line, number)
    return questions, answers


def _heading(line: str) -> tuple[str, Decimal | None, int] | None:
    """The kind and the points of each question a heading announces, and where it ends."""
    found = _HEADING.match(line)
    if not found or _NUMBERED.match(line):
        return None
    kind = kind_of(found[1])
    if not kind:
        return None
    each = _EACH_POINTS.search(found[2])
    return kind, Decimal(each[1]) if each else None, found.end(1)


def kind_of(words: str) -> str:
    return next((kind for word, kind in _KIND_WORDS if word in words), "")


def _begin(raw: Raw, first: str) -> None:
    bracketed = _BRACKETED.match(first)
    if bracketed and (kind := kind_of(bracketed[1])):
        raw.kind, first = kind, first[bracketed.end() :]
    own = _OWN_POINTS.search(first)
    if own:
        raw.points, first = Decimal(own[1]), first[: own.start()] + first[own.end() :]
    if first.strip():
        _continue(raw, first, int(raw.place))


def _continue(raw: Raw, line: str, number: int) -> None:
    part = _PART.match(line) if raw.kind == "case" else None
    if part:
        inner = Raw(int(part[1]), str(number))
        raw.parts.append(inner)
        _begin(inner, part[2])
        return
    target = raw.parts[-1] if raw.parts else raw
    named = _FIELD.match(line)
    if named:
        name = "answer" if named[1].endswith("答案") else _FIELDS[named[1]]
        if raw.parts and name in ("topic", "difficulty", "category", "clause"):
            target = raw
        target.fields[name] = [named[2]]
        target.into = name
        return
    options = list(_options(line, len(target.options)))
    if options and (target.stem or target.options):
        head = line[: options[0][0]].strip()
        if head:
            target.add(head)
        target.options += [words for _at, words in options]
        target.into = "option"
        return
    target.add(line.strip())


def _options(line: str, already: int) -> Iterator[tuple[int, str]]:
    """The options on a line that go on in the order of the alphabet, with where they begin."""
    marks: list[re.Match[str]] = []
    for mark in _OPTION.finditer(line):
        if ord(mark[1].upper()) - ord("A") == already + len(marks):
            marks.append(mark)
    if not marks or (not already and marks[0].start() and len(marks) < 2):
        return
    ends = [mark.start() for mark in marks[1:]] + [len(line)]
    for mark, end in zip(marks, ends, strict=True):
        yield mark.start(), line[mark.end() : end].strip()


def _listed(line: str) -> Iterator[tuple[int, str]]:
    """ "1-5 ABCDA", "1. A 2. B", "6：√"."""
    rest = line
    for first, last, words in _RANGE.findall(line):
        letters = [letter for letter in words if not letter.isspace() and letter not in ",，"]
        if len(letters) == int(last) - int(first) + 1:
            yield from enumerate(letters, start=int(first))
    rest = _RANGE.sub(" ", line)
    for number, word in _ONE.findall(rest):
        yield int(number), word


# --- From lines to a question ---------------------------------------------------------------------


def _draft(raw: Raw) -> Draft | str:
    """The question, or the code of what is wrong with it."""
    stem = "\n".join(raw.stem)
    answer = "\n".join(raw.fields.get("answer", [])).strip()
    kind = raw.kind
    if not answer and (raw.options or kind in ("", "single", "multiple", "true_false", "choice")):
        inside = _STEM_ANSWER.search(stem)
        if inside:
            answer = inside[1]
            stem = f"{stem[: inside.start()]}（ ）{stem[inside.end() :]}"
    kind = _settled_kind(kind, raw, stem, answer)
    base = Draft(
        kind,
        to_html(stem),
        points=_number(raw.fields, "points") or raw.points,
        explanation=to_html(_joined(raw, "explanation")),
        topic=_joined(raw, "topic"),
        category=_joined(raw, "category"),
        clause=_joined(raw, "clause"),
        difficulty=_difficulty(_joined(raw, "difficulty")),
        place=raw.place,
    )
    return _ANSWERED[kind](base, raw, answer)


def _joined(raw: Raw, name: str) -> str:
    return "\n".join(raw.fields.get(name, [])).strip()


def _number(fields: dict[str, list[str]], name: str) -> Decimal | None:
    found = re.search(r"\d+(?:\.\d+)?", " ".join(fields.get(name, [])))
    return Decimal(found[0]) if found else None


def _difficulty(word: str) -> int | None:
    if word in _DIFFICULTIES:
        return _DIFFICULTIES[word]
    return int(word) if word.isdecimal() and 1 <= int(word) <= 5 else None


def _settled_kind(kind: str, raw: Raw, stem: str, answer: str) -> str:
    """What nobody said is told by what stands there."""
    if raw.parts:
        return "case"
    if kind not in ("", "choice"):
        return kind
    letters = _letters(answer)
    if raw.options:
        return "multiple" if len(letters) > 1 else "single"
    if answer.upper() in _TRUE | _FALSE:
        return "true_false"
    return "blank" if _GAP.search(stem) and answer else "short"


def _letters(answer: str) -> list[str]:
    """The letters of "ABD", "A、B、D", "a b d"; none if there is anything else."""
    bare = re.sub(r"[\s,，、;；.。]", "", answer).upper()
    return list(bare) if re.fullmatch(r"[A-H]+", bare) else []


def _choice(base: Draft, raw: Raw, answer: str) -> Draft | str:
    letters = _letters(answer)
    if answer and not letters:
        return "answer_no_option"
    right = tuple(sorted({ord(letter) - ord("A") for letter in letters}))
    return replace(base, options=tuple(map(to_html, raw.options)), right=right)


def _true_false(base: Draft, raw: Raw, answer: str) -> Draft | str:
    word = answer.strip().strip("。.").upper()
    if raw.options:  # "A. 正确 B. 错误"
        letters = _letters(answer)
        if len(letters) != 1 or ord(letters[0]) - 65 >= len(raw.options):
            return "no_answer"
        word = raw.options[ord(letters[0]) - 65].strip()
    if word not in _TRUE | _FALSE:
        return "no_answer"
    return replace(base, is_true=word in _TRUE)


def _blank(base: Draft, raw: Raw, answer: str) -> Draft | str:
    stem = to_html(_GAP.sub(BLANK, to_text(base.stem)))
    count = stem.count(BLANK)
    pieces = [piece for piece in re.split(r"[;；|\n]", answer) if piece.strip()]
    if count > 1 and len(pieces) != count:
        pieces = [piece for piece in re.split(r"[;；|\n、，,\s]+", answer) if piece.strip()]
    if not count:
        stem, count = f"{base.stem}<br>{BLANK}", 1
    if count == 1 and len(pieces) > 1:
        pieces = [answer]
    blanks = tuple(
        tuple(word.strip() for word in re.split(r"[/／]", piece) if word.strip())
        for piece in pieces
    )
    return replace(base, stem=stem, blanks=blanks)


def _numeric(base: Draft, raw: Raw, answer: str) -> Draft | str:
    value, _sign, spread = answer.replace("+-", "±").replace("＋－", "±").partition("±")
    try:
        number = Decimal(value.strip())
        tolerance = Decimal(spread.strip() or 0)
    except InvalidOperation:
        return "no_number"
    return replace(base, number=number, tolerance=abs(tolerance))


def _matching(base: Draft, raw: Raw, answer: str) -> Draft | str:
    pairs = []
    for line in answer.split("\n"):
        left, arrow, right = re.sub(r"\s*(?:->|→|——|—)\s*", "\x00", line, count=1).partition("\x00")
        if arrow:
            pairs.append((to_html(left), to_html(right)))
    return replace(base, pairs=tuple(pairs))


def _ordering(base: Draft, raw: Raw, answer: str) -> Draft | str:
    indexes = [ord(letter) - ord("A") for letter in _letters(answer)]
    if sorted(indexes) != list(range(len(raw.options))):
        return "answer_no_option" if answer else "no_answer"
    return replace(base, options=tuple(to_html(raw.options[index]) for index in indexes))


def _written(base: Draft, raw: Raw, answer: str) -> Draft | str:
    return replace(base, model=answer)


def _case(base: Draft, raw: Raw, answer: str) -> Draft | str:
    parts = []
    for part in raw.parts:
        outcome = _draft(part)
        if isinstance(outcome, str):
            return outcome
        parts.append(outcome)
    return replace(base, kind="case", parts=tuple(parts))


_ANSWERED = {
    "single": _choice,
    "multiple": _choice,
    "true_false": _true_false,
    "blank": _blank,
    "numeric": _numeric,
    "matching": _matching,
    "ordering": _ordering,
    "short": _written,
    "essay": _written,
    "case": _case,
}


# --- Writing ------------------------------------------------------------------------------------


def write(drafts: Sequence[Draft]) -> tuple[str, list[Draft]]:
    """The same questions as text, and those that would not be read back as they are."""
    blocks: list[str] = []
    left_out: list[Draft] = []
    for draft in drafts:
        block = f"{len(blocks) + 1}. [{KIND_NAMES[draft.kind]}]{block_text(draft)}"
        if list(read(block)) == [draft]:
            blocks.append(block)
        else:
            left_out.append(draft)
    return "\n\n".join(blocks) + "\n" * bool(blocks), left_out


def block_text(draft: Draft) -> str:
    lines = [
        to_text(draft.stem).removesuffix(f"\n{BLANK}")
        if draft.kind == "blank"
        else to_text(draft.stem)
    ]
    options = sorted(draft.options) if draft.kind == "ordering" else list(draft.options)
    lines += [f"{chr(65 + n)}. {to_text(option)}" for n, option in enumerate(options)]
    for number, part in enumerate(draft.parts, start=1):
        lines.append(f"（{number}）[{KIND_NAMES[part.kind]}]{block_text(part)}")
    answer = answer_text(draft, options)
    lines += [f"答案：{answer}"] * bool(answer)
    for name, words in (
        ("分值", "" if draft.points is None else str(draft.points)),
        ("难度", "" if draft.difficulty is None else str(draft.difficulty)),
        ("知识点", draft.topic),
        ("分类", draft.category),
        ("依据", draft.clause),
        ("解析", to_text(draft.explanation)),
    ):
        lines += [f"{name}：{words}"] * bool(words)
    return "\n".join(lines)


def answer_text(draft: Draft, options: Sequence[str]) -> str:
    match draft.kind:
        case "single" | "multiple":
            return "".join(chr(65 + index) for index in draft.right)
        case "true_false":
            return "对" if draft.is_true else "错"
        case "blank":
            return "；".join("/".join(words) for words in draft.blanks)
        case "numeric":
            return f"{draft.number}±{draft.tolerance}" if draft.tolerance else str(draft.number)
        case "matching":
            return "\n".join(f"{to_text(left)} -> {to_text(right)}" for left, right in draft.pairs)
        case "ordering":
            return "".join(chr(65 + options.index(option)) for option in draft.options)
        case _:
            return draft.model
