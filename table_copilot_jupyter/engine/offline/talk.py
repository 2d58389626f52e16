"""What the offline model says by itself: who it is, what it can do, what it remembers of the session.

Every text exists in English and Chinese. ``talk`` answers from the user's messages alone, so that a
conversation of several turns can be shown without a model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ...language import Language, spoken
from .phrases import plain, without_mention

FOOTER: Final[dict[Language, str]] = {
    "en": "*Built-in offline model. Set `OPENROUTER_API_KEY` or `OPENAI_API_KEY` for a real one.*",
    "zh": "*内置离线模型。设置 `OPENROUTER_API_KEY` 或 `OPENAI_API_KEY` 后可使用真正的模型。*",
}
COUNT_LIMIT: Final = 5000

_SAY: Final[dict[str, dict[Language, str]]] = {
    "who": {
        "en": "I am `{agent}` of table-copilot, on the built-in offline model: fixed rules, not a language model. "
        "I answer questions about your tables, keep your todos and reminders, and can ask you questions.",
        "zh": "我是 table-copilot 的 `{agent}`，现在由内置离线模型回答：它是一组固定规则，不是语言模型。"
        "我可以回答关于表的问题、管理待办和提醒，也可以向你提问。",
    },
    "help": {
        "en": "On the offline model I understand requests like these:\n\n"
        "- **Tables**: `which tables are there?`, `describe penguins`, `average body mass by island`, "
        "`top 5 countries by population`, `how many rows where year = 2007`, `plot body mass by island`\n"
        "- **SQL, code, errors**: `run SELECT …`, `run: df.head()`, `explain the last error`\n"
        "- **Todos**: `add a todo: buy milk due tomorrow 9am`, `what are my todos?`, `mark buy milk as done`\n"
        "- **Reminders**: `remind me in 10 minutes to stretch`, `list my reminders`, `cancel the reminder stretch`\n"
        "- **Questions to you**: `ask me to choose between red, green and blue`\n"
        "- **This session**: `my name is Ada`, `what is my name?`, `summarise our conversation`\n"
        "- **Rendering**: `show me markdown`, `count to 100`",
        "zh": "使用离线模型时，我能听懂这样的话：\n\n"
        "- **表**：`有哪些表？`、`描述 penguins`、`按 island 的平均 body_mass_g`、`body_mass_g 最大的 5 行`、"
        "`2007 年的有多少行`、`画 body_mass_g 的直方图`\n"
        "- **SQL、代码、报错**：`运行 SELECT …`、`运行：df.head()`、`解释最后的错误`\n"
        "- **待办**：`添加待办：明天9点买牛奶`、`我的待办有哪些？`、`完成 买牛奶`\n"
        "- **提醒**：`10分钟后提醒我喝水`、`查看我的提醒`、`取消提醒喝水`\n"
        "- **向你提问**：`问我在红、绿、蓝之间选一个`\n"
        "- **本次会话**：`我叫小明`、`我叫什么名字？`、`总结我们的对话`\n"
        "- **显示效果**：`演示 Markdown`、`数到100`",
    },
    "hello": {
        "en": "Hello{name}. Ask about a table, or tell me a todo or a reminder; `help` shows what I understand.",
        "zh": "你好{name}。可以问我关于表的问题，或告诉我一条待办或提醒；输入“帮助”查看我能听懂的话。",
    },
    "thanks": {"en": "You are welcome.", "zh": "不客气。"},
    "bye": {"en": "Goodbye. This session is kept.", "zh": "再见。这次会话会保留。"},
    "named": {
        "en": "Nice to meet you, {name}. I know your name in this session now.",
        "zh": "你好，{name}。这次会话里我记住了你的名字。",
    },
    "name": {"en": "Your name is {name}.", "zh": "你叫{name}。"},
    "no_name": {
        "en": "You have not told me your name in this session. Say `my name is …`.",
        "zh": "这次会话里你还没有告诉我名字。可以说“我叫……”。",
    },
    "asked": {"en": "Before this you said:\n\n{quote}", "zh": "在这之前你说的是：\n\n{quote}"},
    "asked_nothing": {"en": "This is the first message of the session.", "zh": "这是本次会话的第一条消息。"},
    "summary": {"en": "So far you sent {count}:\n\n{items}", "zh": "到目前为止你发了 {count} 条消息：\n\n{items}"},
    "count_limit": {
        "en": "I count from 1 to at most {limit}. Try `count to 100`.",
        "zh": "我最多从 1 数到 {limit}。可以试试“数到100”。",
    },
    "unknown": {
        "en": "I can't answer that: the offline model is a set of fixed rules and does not understand open questions. "
        "Simple questions to tables, todos, reminders and questions to you work; type `help` for examples.",
        "zh": "这个我答不了：离线模型只是一组固定规则，听不懂开放式问题。"
        "关于表的简单问题、待办、提醒和向你提问都可以用；输入“帮助”查看例子。",
    },
}

_TOPIC_PATTERNS: Final[dict[str, tuple[str, ...]]] = {
    "who": (
        r"who (?:are|r) (?:you|u)|what are you|what(?:'s| is) your name|introduce yourself",
        r"(?:which|what) model (?:are you|is this)",
        r"你是谁|你叫什么(?:名字)?|你是什么(?:模型)?|(?:你是|这是)(?:什么|哪个)模型",
        r"(?:做个|请)?(?:自我介绍|介绍一下你自己)(?:一下)?",
    ),
    "help": (
        r"(?:show )?help(?: me)?|what can (?:you|u) do(?: for me)?|what do you (?:do|understand)|how does this work",
        r"帮助|帮帮我|你?都?(?:能|会|可以)(?:做|干)些?(?:什么|啥)|怎么用|[?？]+",
    ),
    "hello": (
        r"(?:hello|hi|hey|good (?:morning|afternoon|evening)|greetings)(?: there| copilot)?",
        r"你好|您好|嗨|早上好|下午好|晚上好|哈喽",
    ),
    "thanks": (
        r"(?:many |ok,? )?(?:thanks|thank you|thx|cheers)(?: a lot| very much| so much)?",
        r"(?:非常|多)?(?:谢谢|感谢)[你您]?[了啦]?",
    ),
    "bye": (r"(?:good)?bye(?:[ -]bye)?|see you(?: later)?", r"再见|拜拜"),
    "ask_name": (
        r"what(?:'s| is) my name|who am i|do you (?:know|remember) my name|remind me what my name is",
        r"(?:你还?(?:知道|记得))?我(?:叫|的名字[叫是])(?:什么|啥)(?:名字)?吗?|我是谁",
    ),
    "ask_last": (
        r"what (?:did|have) i (?:just )?(?:ask(?:ed)?|say|said|write)(?: you)?(?: just now| before(?: this)?| last)?",
        r"what was my (?:last|previous) (?:question|message)",
        r"我(?:刚才|刚刚|之前|上一句|上一条)[问说](?:了|的是?|过)?(?:什么|啥)|我的?上一个问题是什么",
    ),
    "ask_summary": (
        r"(?:summari[sz]e|sum up|recap)(?: (?:our|this|the)(?: whole)? (?:conversation|chat|session))?(?: so far)?",
        r"what (?:have|did) we (?:talk(?:ed)?|discuss(?:ed)?)(?: about)?(?: so far)?",
        r"(?:总结|概括|回顾)(?:一下)?(?:我们|这次|本次)?的?(?:对话|聊天|会话|谈话)?(?:内容)?|我们都?[聊谈]了些?什么",
    ),
    "demo": (
        r"(?:show|give) me (?:some |a )?(?:markdown|demo|rendering)(?: demo| example)?|(?:markdown |a )?demo|markdown",
        r"(?:演示|展示|显示)(?:一下)?\s*(?:markdown)?(?:效果|渲染)?",
    ),
}
_TOPICS: Final = {topic: re.compile("|".join(patterns), re.IGNORECASE) for topic, patterns in _TOPIC_PATTERNS.items()}
_NAMED: Final = re.compile(
    r"(?:^|[\s,，.。!！])(?:my name is|my name['’]s|i am called|call me|(?:请)?叫我|我叫|我的名字(?:是|叫))\s*"
    r"(?!什么|啥)(?P<name>[^\W\d_][\w'’·-]{0,30}(?: [A-Z][\w'’-]{0,30}){0,2})",
    re.IGNORECASE,
)
_COUNT: Final = re.compile(
    r"(?:count|数)(?: from 1|一下)? ?(?:up )?(?:to|到|从 ?1 ?数?到) ?(\d{1,9})|从 ?1 ?数到 ?(\d{1,9})", re.IGNORECASE
)

_DEMO: Final[dict[Language, str]] = {
    "en": """## What Markdown looks like here

Text can be **bold**, *italic*, ~~struck out~~ or `code`, and it can [link](https://jupyter.org).

- first item
- second item
  1. nested and numbered
  2. and again

| island | penguins | mean mass (g) |
|:--|--:|--:|
| Biscoe | 168 | 4716 |
| Dream | 124 | 3713 |
| Torgersen | 52 | 3706 |

- [x] read the table
- [ ] check the numbers

```python
def heaviest(masses: dict[str, float]) -> str:
    \"\"\"The island with the greatest mean mass.\"\"\"
    return max(masses, key=masses.get)
```

The mean is $\\bar{x} = \\frac{1}{n} \\sum_{i=1}^{n} x_i$.

> The numbers are an example.""",
    "zh": """## Markdown 的显示效果

文字可以**加粗**、*倾斜*、~~删除~~，也可以写成 `代码`，还可以[链接](https://jupyter.org)。

- 第一项
- 第二项
  1. 嵌套编号
  2. 再来一项

| 岛屿 | 企鹅数 | 平均体重（克） |
|:--|--:|--:|
| Biscoe | 168 | 4716 |
| Dream | 124 | 3713 |
| Torgersen | 52 | 3706 |

- [x] 读表
- [ ] 核对数字

```python
def heaviest(masses: dict[str, float]) -> str:
    \"\"\"平均体重最大的岛屿。\"\"\"
    return max(masses, key=masses.get)
```

平均值是 $\\bar{x} = \\frac{1}{n} \\sum_{i=1}^{n} x_i$。

> 数字仅为示例。""",
}


def language_of(text: str) -> Language:
    """English where it can't be told."""
    return spoken(text) or "en"


def with_footer(text: str, language: Language) -> str:
    return f"{text.rstrip()}\n\n{FOOTER[language]}"


def without_footer(text: str) -> str:
    """An answer of the offline model without the line that says so."""
    text = text.strip()
    for footer in FOOTER.values():
        text = text.removesuffix(footer).rstrip()
    return text


def talk(said: Sequence[str], agent: str) -> str:
    """The answer to the last of the user's messages, without footer. ``said`` are all of them."""
    text = said[-1] if said else ""
    language, before = language_of(text), said[:-1]
    words = _normal(text).strip(" .。!！?？~") or _normal(text)
    topic = _topic(words) or _topic(_normal(plain(text)))
    if count := _COUNT.fullmatch(words):
        return _count(int(count[1] or count[2]), language)
    if topic == "demo":
        return _DEMO[language]
    if topic == "ask_name":
        name = _name(before)
        return _SAY["name" if name else "no_name"][language].format(name=name)
    if topic == "ask_last":
        return _say("asked", language, quote=_quote(before[-1])) if before else _say("asked_nothing", language)
    if topic == "ask_summary":
        return _summary(before, language)
    if topic == "hello":
        name = _name(before)
        return _say("hello", language, name=(f"，{name}" if language == "zh" else f", {name}") if name else "")
    if not topic and len(text) < 300 and (name := _name([text])):
        return _say("named", language, name=name)
    return _say(topic or "unknown", language, agent=agent)


def is_topic(text: str) -> bool:
    """Whether a message is one of those that ``talk`` knows as a whole."""
    words = _normal(text).strip(" .。!！?？~") or _normal(text)
    return bool(_topic(words) or _topic(_normal(plain(text))) or _COUNT.fullmatch(words))


def tells_name(text: str) -> bool:
    """Whether the user says what they are called."""
    return len(text) < 300 and bool(_name([text]))


def _normal(text: str) -> str:
    return re.sub(r"\s+", " ", without_mention(text[:400])).replace("’", "'")


def _topic(words: str) -> str:
    return next((topic for topic, pattern in _TOPICS.items() if pattern.fullmatch(words)), "")


def _say(key: str, language: Language, **values: str) -> str:
    text = _SAY[key][language]
    return text.format(**values) if values else text


def _name(said: Sequence[str]) -> str:
    """The name that the user gave last."""
    for text in reversed(said):
        if found := _NAMED.search(text[:400]):
            name = re.split(r"\s+(?:and|but|from|i)\b", found["name"], flags=re.IGNORECASE)[0]
            return name.strip(" .,'’-_")
    return ""


def _count(limit: int, language: Language) -> str:
    if not 1 <= limit <= COUNT_LIMIT:
        return _say("count_limit", language, limit=str(COUNT_LIMIT))
    return " ".join(str(number) for number in range(1, limit + 1))


def _summary(before: Sequence[str], language: Language) -> str:
    if not before:
        return _say("asked_nothing", language)
    count = str(len(before)) if language == "zh" else f"{len(before)} message{'s' if len(before) > 1 else ''}"
    first = max(0, len(before) - 20)
    items = [f"{number}. {_short(text)}" for number, text in enumerate(before[first:], first + 1)]
    return _say("summary", language, count=count, items="\n".join(items))


def _quote(text: str) -> str:
    lines = text.strip()[:1000].splitlines() or [""]
    return "\n".join(f"> {line}" for line in lines)


def _short(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= 80 else f"{text[:79]}…"
