"""One question of each kind, for the files people start from."""

from decimal import Decimal

from exams.exchange.drafts import Draft

SPECIMENS = (
    Draft(
        "single",
        "党的根本组织原则是（ ）。",
        options=("民主集中制", "集体领导", "个人服从组织", "少数服从多数"),
        right=(0,),
        points=Decimal(2),
        difficulty=1,
        topic="组织制度",
        explanation="见党章总纲。",
    ),
    Draft(
        "multiple",
        "“三会一课”中的“三会”是指（ ）。",
        options=("支部党员大会", "支部委员会会议", "党小组会", "民主生活会"),
        right=(0, 1, 2),
        points=Decimal(3),
        difficulty=2,
        topic="组织生活",
    ),
    Draft("true_false", "预备党员没有表决权、选举权和被选举权。", is_true=True, points=Decimal(1)),
    Draft(
        "blank",
        "中国共产党成立于____年____月。",
        blanks=(("1921",), ("7", "七")),
        points=Decimal(2),
    ),
    Draft("numeric", "党员预备期一般为多少年？", number=Decimal(1), points=Decimal(1)),
    Draft(
        "matching",
        "把会议和通常的召开周期对应起来。",
        pairs=(("支部党员大会", "每季度一次"), ("支部委员会会议", "每月一次")),
        points=Decimal(2),
    ),
    Draft(
        "ordering",
        "按先后排列发展党员的步骤。",
        options=("申请入党", "确定为入党积极分子", "确定为发展对象", "接收为预备党员"),
        points=Decimal(2),
    ),
    Draft("short", "简述组织生活会的意义。", model="开展批评和自我批评，增强党内政治生活。"),
    Draft("essay", "结合工作谈谈怎样发挥先锋模范作用。", points=Decimal(10)),
    Draft(
        "case",
        "某支部半年没有召开党员大会，书记说大家都忙。",
        parts=(
            Draft("true_false", "这种做法符合规定。", is_true=False, points=Decimal(1)),
            Draft("short", "应当怎样改进？", model="按期召开，做好记录。", points=Decimal(4)),
        ),
    ),
)
