"""What is said in the demo school's live class: made up, beside the slides of a real lecture."""

from dataclasses import dataclass

from lms.demo.course_digital_skills import SAFE_ACCOUNTS

LECTURE = SAFE_ACCOUNTS

HELD = "直播课：可疑链接怎样识别"
ABOUT = "结合身边的例子讲账号和链接的安全，边讲边答。缺课的同志可以看回放。"
COMING = "直播答疑：学习档案里的学时怎么看"
COMING_ABOUT = "档案里每一个学时从哪里来、没有计的为什么没有计，当场打开讲。有问题请提前想好。"

# Who comes in before the beginning, who comes late, and who goes before the end.
PUNCTUAL = ("400001", "400002", "400005", "400007", "400010", "400013")
LATE, EARLY = "400008", "400011"


@dataclass(frozen=True, slots=True)
class Line:
    """One message in the room, so many seconds after the beginning; "" is the teacher."""

    seconds: int
    number: str
    text: str


LINES = (
    Line(6, "", "大家好，听不清的请在这里说一声。"),
    Line(12, "400005", "声音清楚。"),
    Line(24, "400002", "短信里说快递丢了要赔钱，附一个链接，这种能点吗？"),
    Line(33, "", "不能点。后面讲四个信号，正好说这一种。"),
    Line(58, "400013", "我上个月差一点就填了验证码。"),
)

POLL_AT = 40
POLL = "最近一个月，您收到过可疑的短信或链接吗？"
POLL_OPTIONS = ("没有收到", "收到过，没有点", "收到过，点开了")
POLL_ANSWERS = {"400001": 1, "400002": 1, "400005": 0, "400007": 1, "400010": 1, "400013": 2}
POLL_ENDS_AT = 52
