"""The demo school's talk: a board with threads, answered questions, and texts with their rounds."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from courses.catalogue.models import CoursePage, LessonPage
from live.discussion import board_services, services
from live.discussion.models import Board, Post, Thread
from live.discussion.places import Place, of_board, of_course, of_lesson
from live.writings import services as writing
from live.writings.models import Decision, Writing, WritingKind
from lms.core import clock
from lms.demo.demo_year import DemoYear, moment
from lms.members.models import Branch, Member

BOARD = "学习交流"
ABOUT = "学了什么、怎么用到工作里、有什么好办法，都可以在这里说。"
ADMINISTRATOR, SECRETARY, TEACHER = "100001", "200001", "300001"


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: who, how many minutes after the beginning, what; `below` is the answer's place
    in the thread it belongs to, `is_accepted` where it answers the question.
    """

    number: str
    minutes: int
    text: str
    below: int = 0
    is_accepted: bool = False


@dataclass(frozen=True, slots=True)
class ThreadText:
    """One thread: where (the board, a course or a lesson), when in the year, and what was said."""

    title: str
    text: str
    number: str
    share: float
    place: str = "board"
    kind: str = "talk"
    at_seconds: int | None = None
    answers: tuple[Said, ...] = ()


THREADS = (
    ThreadText(
        "支部学习怎样让大家都开口？",
        "我们支部每次集体学习，总是那几位同志发言。\n\n各支部有没有好办法，请说说。",
        "400001",
        0.5,
        answers=(
            Said(
                "200002",
                40,
                "我们提前一周发两个讨论题，每人写三句话带来，从没发过言的先说。",
            ),
            Said("400010", 95, "这个办法好。我们试过分成三个小组先谈，再各推一位汇报。", below=1),
            Said("200003", 300, "老同志耳朵不好，我们把题目用大字打出来放在桌上，发言的就多了。"),
            Said("400001", 420, "谢谢各位，下次学习就先发题目试一试。", below=1),
        ),
    ),
    ThreadText(
        "把学到的用到窗口服务里：一次性告知单的写法",
        "学完公文写作，我们把窗口的告知单重写了一遍：一件事一行，先写要带什么，再写去哪里办。\n\n"
        "群众问得少了，我们解释得也少了。",
        "400004",
        0.7,
        answers=(
            Said("400002", 60, "能不能把“材料不全怎么办”也写上？我们这里问得最多。"),
            Said("400004", 130, "已经加上了，放在最后一行。", below=1),
        ),
    ),
    ThreadText(
        "会议记录要逐字记吗？",
        "课上说记录要准。是每句话都要记下来，还是记要点就可以？",
        "400005",
        0.62,
        place="lesson",
        kind="question",
        at_seconds=95,
        answers=(
            Said("400007", 25, "我一直是逐字记的，散会后再整理。"),
            Said(
                "300001",
                110,
                "记要点。谁提出什么意见、最后定了什么、谁来办、什么时候办完，这几样不能少；"
                "原话有分歧的，照原话记。",
                is_accepted=True,
            ),
            Said("400005", 150, "明白了，谢谢周老师。", below=2),
        ),
    ),
    ThreadText(
        "领学的同志临时来不了，学习要改期吗？",
        "通知已经发了，领学的同志出差。是换人领学，还是改期？",
        "400006",
        0.8,
        place="course",
        kind="question",
        answers=(
            Said(
                "200001",
                55,
                "不用改期。定题目的时候就同时定一位备选，材料两人都有一份，临时换人也接得上。",
                is_accepted=True,
            ),
        ),
    ),
)

GOOD = (
    "这次学习“会议记录怎样写准”，我对照自己去年记的十二次会议，找出三个毛病：一是只记谁发了言，"
    "没有记定了什么；二是“抓紧办”“尽快办”这样的话照抄下来，没有写清由谁办、哪天办完；三是过了几天才补记，"
    "有两处与别的同志记得不一样。\n\n"
    "从上个月起，我改了做法：散会前用两分钟把决定事项念一遍，大家当场核对；记录当天整理，第二天给主持人看过再归档。"
    "三次下来，跟进的事项没有一件落空，也没有人再说“当时不是这样定的”。\n\n"
    "学习不是听过就算。把一件小事做准，别人办事就有了依据，这是我这次最大的体会。"
)
SHORT = GOOD.split("\n\n")[0]
WAITS = (
    "学完“支部名册怎样保管”，我最大的感受是：名册里的每一行都是一位同志的个人信息，"
    "不能图方便放在聊天群里传来传去。我们支部过去改一次电话就在群里发一次全表，旧表留在许多人的手机上。\n\n"
    "现在改成由组织委员一人保管，谁的信息有变化，谁单独报给组织委员；给上级报送只报需要的几栏。"
    "这样做麻烦一点，但心里踏实。"
)  # fmt: skip


def hold_talk(
    *,
    members: Mapping[str, Member],
    branch: Branch,
    course: CoursePage,
    lesson: LessonPage,
    year: DemoYear,
) -> None:
    """The board with its threads, and the texts; each whole or not at all, and once."""
    if not Board.objects.filter(branch=branch, title=BOARD).exists():
        with transaction.atomic():
            _talk(members, branch, course, lesson, year)
    if not Writing.objects.filter(author__in=[members["400004"], members["400002"]]).exists():
        with transaction.atomic():
            _texts(members, year)


def _talk(
    members: Mapping[str, Member],
    branch: Branch,
    course: CoursePage,
    lesson: LessonPage,
    year: DemoYear,
) -> None:
    with clock.pretended(moment(year.workday(0.15), 9)):
        board = board_services.make_board(
            by=members[ADMINISTRATOR], branch=branch, title=BOARD, introduction=ABOUT
        )
    places = {
        "board": of_board(board),
        "course": of_course(course),
        "lesson": of_lesson(lesson),
    }
    for text in THREADS:
        _thread(text, members, places[text.place], year)


def _thread(
    text: ThreadText, members: Mapping[str, Member], place: Place, year: DemoYear
) -> Thread:
    begins = moment(year.workday(text.share), 10)
    asker = members[text.number]
    with clock.pretended(begins):
        thread = services.start_thread(
            by=asker,
            place=place,
            kind=text.kind,
            title=text.title,
            text=text.text,
            key=f"demo-{THREADS.index(text)}-beginning",
            at_seconds=text.at_seconds,
        )
    posts: list[Post] = []
    for number, said in enumerate(text.answers, start=1):
        with clock.pretended(begins + dt.timedelta(minutes=said.minutes)):
            post = services.add_answer(
                by=members[said.number],
                thread=thread,
                text=said.text,
                key=f"demo-{THREADS.index(text)}-answer-{number}",
                parent=posts[said.below - 1] if said.below else None,
            )
            if said.is_accepted:
                services.accept_answer(by=asker, post=post)
        posts.append(post)
    return thread


def _texts(members: Mapping[str, Member], year: DemoYear) -> None:
    """One returned and accepted the second time, one that waits for its reader."""
    reader = members[SECRETARY]
    author = members["400004"]
    day = year.workday(0.86)
    with clock.pretended(moment(day, 9)):
        made = writing.begin_writing(
            by=author, kind=WritingKind.REFLECTION, title="把会议记录写准", text=SHORT
        )
        writing.hand_in(by=author, writing=made)
    with clock.pretended(moment(day, 15)):
        writing.review(
            by=reader,
            writing=made,
            decision=Decision.RETURNED,
            comment="毛病找得准。请再写写你改了什么、效果怎样，会更有用。",
        )
    with clock.pretended(moment(day, 20)):
        writing.change_writing(by=author, writing=made, title="把会议记录写准", text=GOOD)
        writing.hand_in(by=author, writing=made)
    with clock.pretended(moment(day, 21)):
        writing.review(
            by=reader,
            writing=made,
            decision=Decision.ACCEPTED,
            comment="有对照，有做法，有效果。拟在支部会上请你说一说。",
        )
    author = members["400002"]
    with clock.pretended(moment(year.workday(0.97), 20)):
        waits = writing.begin_writing(
            by=author, kind=WritingKind.REFLECTION, title="名册是同志们的信息", text=WAITS
        )
        writing.hand_in(by=author, writing=waits)
