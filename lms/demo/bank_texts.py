"""What the demo school's question bank asks: facts everybody can look up."""

from dataclasses import dataclass
from typing import Any

from exams.questions.types.placed import matched, ordered

# Clauses of the Party constitution as they stand, those the questions rest on.
CONSTITUTION = """\
第一条　年满十八岁的中国工人、农民、军人、知识分子和其他社会阶层的先进分子，承认党的纲领和章程，\
愿意参加党的一个组织并在其中积极工作、执行党的决议和按期交纳党费的，可以申请加入中国共产党。
第二条　中国共产党党员是中国工人阶级的有共产主义觉悟的先锋战士。
中国共产党党员必须全心全意为人民服务，不惜牺牲个人的一切，为实现共产主义奋斗终身。
中国共产党党员永远是劳动人民的普通一员。除了法律和政策规定范围内的个人利益和工作职权以外，\
所有共产党员都不得谋求任何私利和特权。
第六条　预备党员必须面向党旗进行入党宣誓。誓词如下：我志愿加入中国共产党，拥护党的纲领，\
遵守党的章程，履行党员义务，执行党的决定，严守党的纪律，保守党的秘密，对党忠诚，积极工作，\
为共产主义奋斗终身，随时准备为党和人民牺牲一切，永不叛党。
第八条　每个党员，不论职务高低，都必须编入党的一个支部、小组或其他特定组织，参加党的组织生活，\
接受党内外群众的监督。党员领导干部还必须参加党委、党组的民主生活会。\
不允许有任何不参加党的组织生活、不接受党内外群众监督的特殊党员。
"""
CONSTITUTION_TITLE = "中国共产党章程（摘录）"
EDITION = "2022 年修改"

CHARTER, DUTIES, LIFE, STUDY, READING = "党章总纲", "党员与誓词", "组织生活", "教育培训", "条例读法"


@dataclass(frozen=True, slots=True)
class QuestionText:
    """One question of the demo bank."""

    kind: str
    topic: str
    stem: str
    content: dict[str, Any]
    key: dict[str, Any]
    explanation: str = ""
    clause: str = ""
    difficulty: int = 2


def _single(topic: str, stem: str, *options: str, clause: str = "", why: str = "") -> QuestionText:
    """The right option is written first and kept where its text sorts."""
    shown = sorted(options)
    key = {"correct": shown.index(options[0])}
    return QuestionText("single", topic, stem, {"options": shown}, key, why, clause)


def _multiple(
    topic: str, stem: str, right: str, wrong: str, *, clause: str = "", scoring: str = "partial"
) -> QuestionText:
    rights = right.split("、")
    shown = sorted([*rights, *wrong.split("、")])
    key = {"correct": sorted(shown.index(each) for each in rights), "scoring": scoring}
    return QuestionText("multiple", topic, stem, {"options": shown}, key, "", clause, 3)


def _true(topic: str, stem: str, *, is_so: bool, clause: str = "", why: str = "") -> QuestionText:
    return QuestionText("true_false", topic, stem, {}, {"correct": is_so}, why, clause, 1)


def _blank(
    topic: str, stem: str, *blanks: str, clause: str = "", any_order: bool = False
) -> QuestionText:
    content = {"blanks": len(blanks), "any_order": any_order}
    key = {"blanks": [each.split("/") for each in blanks]}
    return QuestionText("blank", topic, stem, content, key, "", clause)


def _number(topic: str, stem: str, value: str, unit: str, *, why: str = "") -> QuestionText:
    key = {"value": value, "tolerance": "0"}
    return QuestionText("numeric", topic, stem, {"unit": unit}, key, why)


QUESTIONS = [
    _single(CHARTER, "中国共产党成立于哪一年？", "1921 年", "1919 年", "1927 年", "1949 年"),
    _single(CHARTER, "中国共产党的根本宗旨是什么？", "全心全意为人民服务", "实事求是", "群众路线", "民主集中制"),
    _single(CHARTER, "党的最高理想和最终目标是什么？", "实现共产主义", "实现四个现代化", "全面建成小康社会", "建成法治国家"),
    _single(CHARTER, "党的根本组织原则是什么？", "民主集中制", "少数服从多数", "集体领导", "个人分工负责"),
    _single(CHARTER, "中国共产党党徽由什么组成？", "镰刀和锤头", "五角星和麦穗", "齿轮和麦穗", "五角星和天安门"),
    _single(CHARTER, "党的全国代表大会每几年举行一次？", "五年", "三年", "四年", "六年"),
    _single(CHARTER, "党的最高领导机关是什么？", "党的全国代表大会和它所产生的中央委员会", "中央政治局", "中央书记处", "中央纪律检查委员会"),
    _single(CHARTER, "党的思想路线的核心是什么？", "实事求是", "群众路线", "独立自主", "艰苦奋斗"),
    _single(DUTIES, "申请入党的人须年满多少岁？", "十八岁", "十六岁", "二十岁", "二十二岁", clause="第一条"),
    _single(DUTIES, "预备党员的预备期为多长？", "一年", "半年", "两年", "三个月", why="预备期从支部大会通过其为预备党员之日算起。"),
    _single(DUTIES, "预备党员必须面向什么进行入党宣誓？", "党旗", "国旗", "党徽", "会标", clause="第六条"),
    _single(DUTIES, "入党誓词的最后一句是什么？", "永不叛党", "对党忠诚", "积极工作", "保守党的秘密", clause="第六条"),
    _single(DUTIES, "党员的党龄从什么时候算起？", "预备期满转为正式党员之日", "递交入党申请书之日", "成为入党积极分子之日", "支部大会通过为预备党员之日"),
    _single(LIFE, "正式党员有几人以上的基层单位，应当成立党的基层组织？", "三人", "五人", "七人", "十人"),
    _single(LIFE, "连续多长时间没有正当理由不参加党的组织生活，就被认为是自行脱党？", "六个月", "三个月", "一年", "两年"),
    _single(LIFE, "“三会一课”中的“一课”指什么？", "党课", "团课", "网课", "公开课"),
    _single(LIFE, "党的基层组织中，处在最末一级、直接教育管理党员的是什么？", "党支部", "党委", "党总支", "党组"),
    _single(STUDY, "普通党员每年集中学习培训时间一般不少于多少学时？", "32 学时", "16 学时", "48 学时", "90 学时"),
    _single(STUDY, "基层党组织书记和班子成员每年集中学习培训时间不少于多少学时？", "56 学时", "32 学时", "40 学时", "90 学时"),
    _single(READING, "一部条例中，比“条”小一级、以自然段为单位的是什么？", "款", "项", "章", "节"),
    _multiple(CHARTER, "党的三大优良作风包括哪些？", "理论联系实际、密切联系群众、批评和自我批评", "独立自主、勤俭节约"),
    _multiple(CHARTER, "毛泽东思想活的灵魂的三个基本方面是什么？", "实事求是、群众路线、独立自主", "武装斗争、统一战线"),
    _multiple(CHARTER, "新民主主义革命时期党的“三大法宝”是什么？", "统一战线、武装斗争、党的建设", "土地革命、群众路线"),
    _multiple(DUTIES, "下列哪些写在入党誓词里？", "拥护党的纲领、遵守党的章程、保守党的秘密", "发展党的经济、每年学习三十二学时", clause="第六条"),
    _multiple(DUTIES, "申请入党须愿意做到哪些？", "参加党的一个组织并在其中积极工作、执行党的决议、按期交纳党费", "担任领导职务、脱离原工作岗位", clause="第一条", scoring="all"),
    _multiple(LIFE, "“三会一课”中的“三会”是哪三个？", "支部党员大会、支部委员会会议、党小组会", "民主生活会、职工代表大会"),
    _multiple(LIFE, "每个党员都必须编入下列哪些组织之一？", "党的支部、党的小组、其他特定组织", "工会、学会", clause="第八条"),
    _multiple(LIFE, "党的纪律处分有哪些？", "警告、严重警告、撤销党内职务、留党察看、开除党籍", "罚款、记过", scoring="minus"),
    _multiple(STUDY, "下列哪些属于党员学习的常见方式？", "集中培训、集体学习、个人自学、网络自学", "以会代训不计学时"),
    _multiple(READING, "拿到一份条例，哪些部分可以先看？", "名称、题注、目录、总则、附则", "印刷厂名、纸张规格"),
    _true(CHARTER, "中国共产党是中国工人阶级的先锋队，同时是中国人民和中华民族的先锋队。", is_so=True),
    _true(CHARTER, "党的地方各级代表大会每三年举行一次。", is_so=False, why="党的省、市、县各级代表大会每五年举行一次。"),
    _true(CHARTER, "党员个人服从党的组织，少数服从多数，下级组织服从上级组织。", is_so=True),
    _true(CHARTER, "党禁止任何形式的个人崇拜。", is_so=True),
    _true(DUTIES, "共产党员永远是劳动人民的普通一员。", is_so=True, clause="第二条"),
    _true(DUTIES, "职务高的党员可以有职权以外的特权。", is_so=False, clause="第二条"),
    _true(DUTIES, "预备党员有表决权、选举权和被选举权。", is_so=False, why="预备党员的权利，除没有表决权、选举权和被选举权以外，同正式党员一样。"),
    _true(DUTIES, "发展党员必须经过党的支部，坚持个别吸收的原则。", is_so=True),
    _true(DUTIES, "党员有退党的自由。", is_so=True),
    _true(LIFE, "党员领导干部参加了民主生活会，就不必参加所在支部的组织生活。", is_so=False, clause="第八条"),
    _true(LIFE, "不允许有不接受党内外群众监督的特殊党员。", is_so=True, clause="第八条"),
    _true(LIFE, "党小组会一般每月召开一至两次。", is_so=True),
    _true(STUDY, "党员学习以学时计算，一般以年度为单位考核。", is_so=True),
    _true(STUDY, "基层党组织书记每年至少参加一次集中培训。", is_so=True),
    _true(READING, "引用条例应当写到最小的单位，例如“第八条第二款第三项”。", is_so=True),
    _blank(CHARTER, "党的根本组织原则是____。", "民主集中制"),
    _blank(CHARTER, "中国共产党党旗为旗面缀有金黄色党徽图案的____旗。", "红/红色的/红色"),
    _blank(DUTIES, "中国共产党党员必须____为人民服务。", "全心全意", clause="第二条"),
    _blank(DUTIES, "誓词：为____奋斗终身，随时准备为____牺牲一切，永不叛党。", "共产主义", "党和人民", clause="第六条"),
    _blank(DUTIES, "党员必须执行党的决议，并按期交纳____。", "党费", clause="第一条"),
    _blank(LIFE, "批评和____，是党的优良作风之一。", "自我批评"),
    _blank(LIFE, "写出“三会一课”中的“三会”：____、____、____。", "支部党员大会/党员大会", "支部委员会会议/支部委员会/支委会", "党小组会", any_order=True),
    _blank(READING, "条例条文自大到小的单位是：章、节、条、____、项。", "款"),
    _number(CHARTER, "中国共产党第一次全国代表大会于哪一年召开？", "1921", "年"),
    _number(CHARTER, "党的七大在延安举行，是在哪一年？", "1945", "年"),
    _number(STUDY, "普通党员每年集中学习培训一般不少于多少学时？", "32", "学时"),
    _number(STUDY, "基层党组织书记每年集中学习培训不少于多少学时？", "56", "学时"),
    _number(LIFE, "党的纪律处分共有几种？", "5", "种", why="警告、严重警告、撤销党内职务、留党察看、开除党籍。"),
    QuestionText("matching", CHARTER, "把会议和年份对应起来。", *matched(
        [("党的一大", "1921 年"), ("遵义会议", "1935 年"), ("党的七大", "1945 年"),
         ("党的十一届三中全会", "1978 年")], ["1949 年"]), difficulty=3),
    QuestionText("matching", LIFE, "把会议和召开的次数对应起来。", *matched(
        [("支部党员大会", "一般每季度一次"), ("支部委员会会议", "一般每月一次"),
         ("民主生活会", "每年一次")], ["每五年一次"]), difficulty=4),
    QuestionText("ordering", CHARTER, "按时间先后排列。", *ordered(
        ["党的一大召开", "南昌起义", "遵义会议", "党的七大召开", "中华人民共和国成立"]), difficulty=3),
    QuestionText("ordering", DUTIES, "按发展党员的先后排列。", *ordered(
        ["递交入党申请书", "确定为入党积极分子", "确定为发展对象", "接收为预备党员", "转为正式党员"]),
        difficulty=3),
    QuestionText("short", DUTIES, "为什么说没有特殊党员？请用两三句话回答。", {}, {
        "model": "每个党员不论职务高低都编入一个组织，参加组织生活，接受党内外群众监督。",
        "rubric": [{"text": "不论职务高低", "points": "2"}, {"text": "参加组织生活、接受监督", "points": "3"}],
    }, clause="第八条", difficulty=3),
    QuestionText("essay", STUDY, "结合本职工作，谈谈怎样把一份条例学懂、用好。", {}, {
        "model": "先看总则和附则，弄清管什么人、什么事；再找与本职有关的条款；最后对照工作查缺补漏。",
        "rubric": [{"text": "观点正确", "points": "5"}, {"text": "联系实际", "points": "10"},
                   {"text": "条理清楚", "points": "5"}],
    }, difficulty=4),
    QuestionText("case", LIFE, (
        "某机关支部有正式党员九人。党员老李担任处长，说自己参加了党组的民主生活会，"
        "半年多没有参加支部的组织生活。"
    ), {"parts": [
        {"kind": "true_false", "stem": "老李的说法正确。", "content": {}, "points": "2"},
        {"kind": "multiple", "stem": "老李应当做到哪些？", "points": "4", "content": {
            "options": ["参加支部的组织生活", "只参加民主生活会", "接受党内外群众的监督"]}},
        {"kind": "short", "stem": "支部书记应当怎么做？", "content": {}, "points": "4"},
    ]}, {"parts": [
        {"correct": False},
        {"correct": [0, 2], "scoring": "partial"},
        {"model": "找老李谈话，讲清党章的规定，请他按时参加组织生活。", "rubric": []},
    ]}, clause="第八条", difficulty=4),
]  # fmt: skip

# What the instructor of the first branch has written for his own branch, beside his lectures.
BRANCH_QUESTIONS = [
    _single(READING, "一份条例最后一条常常写什么？", "从哪一天起施行", "由谁印刷", "共有多少字", "怎样装订", why="施行日期一般写在附则里。"),
    _single(READING, "同一机关的新规定与旧规定不一致时，适用哪一个？", "新规定", "旧规定", "字数多的", "先看到的"),
    _single(READING, "条文里的“以上”“以下”，一般怎样理解？", "包括本数", "不包括本数", "由各单位自定", "看上下文字数"),
    _single(READING, "写学习体会引用条文，最稳妥的做法是什么？", "对照现行文本核对原文", "凭记忆写大意", "抄录旧版摘要", "引用网上的转述"),
    _single(STUDY, "支部集体学习结束后，签到记录由谁确认？", "主持人以外的第二个人", "只由主持人本人", "到场人数最少的小组", "不需要确认"),
    _single(STUDY, "选学习题目，先要弄清什么？", "支部党员近期需要解决什么问题", "哪份材料最长", "哪天会议室空着", "谁的声音大"),
    _multiple(READING, "核对一份条例是不是现行有效，要看哪些？", "题注里的通过和修订日期、附则里的施行日期、有没有被新的规定代替", "封面颜色、页码多少"),
    _multiple(STUDY, "一次集体学习的记录应当写明哪些？", "时间和地点、主题、应到和实到、主持人", "每个人的座位颜色、会场温度"),
    _true(READING, "读条例时，总则说明为什么制定、适用于谁，应当先读。", is_so=True),
    _true(STUDY, "没有到场的人，可以请别人代为签到。", is_so=False, why="签到证明本人到场，代签的记录不能计学时。"),
    _blank(READING, "条例的修订历次情况，写在标题下面的____里。", "题注"),
    QuestionText("short", READING, "拿到一份新条例，你会先看哪几处？为什么？", {}, {
        "model": "先看题注和附则，弄清是否现行有效；再看总则，弄清管什么人、什么事；然后看与本职有关的条款。",
        "rubric": [{"text": "效力", "points": "2"}, {"text": "适用范围", "points": "3"}],
    }, difficulty=3),
]  # fmt: skip
