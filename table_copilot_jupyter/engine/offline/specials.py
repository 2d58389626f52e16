"""SQL, code and fixed wishes among the sentences about tables: nothing in them is to be found out first.

SQL and code are handed on as they were written. They are looked for before a message is cut into sentences, since
they hold commas, semicolons and line breaks of their own.
"""

from __future__ import annotations

import re
from typing import Final

from .asks import Ask

LONGEST: Final = 50_000

_FENCE: Final = re.compile(r"```[ \t]*(?P<language>\w*)[^\n`]*\n(?P<text>.*?)\n?[ \t]*```", re.DOTALL)
_SQL_WORD: Final = r"(?:select|with|from|describe|summarize|values|table|pivot|unpivot)\b"
_RUN_SQL: Final = re.compile(
    rf"(?:(?:please|can you|could you)\s+)?(?:(?:run|execute|query|try|do)\s+)?(?:"
    rf"(?:this|the|my|following)\s+)*(?:(?:duckdb\s+)?sql(?:\s+query|\s+statement)?|query)?"
    rf"(?P<mark>\s*[:：]\s*|\s+)?`?(?P<text>{_SQL_WORD}.+?)`?\s*[。.]?",
    re.IGNORECASE | re.DOTALL,
)
_SQL_ZH: Final = re.compile(
    rf"(?:请|帮我)*(?:运行|执行|查询|跑)?(?:一下|这[条个句段]|下面的?)*\s*(?:sql|SQL|查询)?"
    rf"(?:语句|查询)?\s*[:：]?\s*`?(?P<text>{_SQL_WORD}.+?)`?\s*[。.]?",
    re.IGNORECASE | re.DOTALL,
)
_LOOKS_LIKE_SQL: Final = re.compile(
    r"select\b.*(?:[*(),=<>'\"]|\bfrom\s+[\w\".]+(?:\s+(?:where|group|order|limit|join)\b.*|\s*;?\s*)$)"
    r"|with\s+\w+\s*(?:\([^)]*\)\s*)?as\s*\(.*|"
    r"(?:describe|summarize|from|table)\s+[\w\".]+(?:\s+(?:where|select|group|order|limit|join)\b.*)?\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)
_ENGLISH_SELECT: Final = re.compile(
    r"select\s+(?:all|the|only|every|any|an?|some|those)\s+(?!from\b)\w+\s+(?!,)", re.IGNORECASE
)
_RUN_CODE: Final = re.compile(
    r"(?:(?:please|can you|could you)\s+)?(?:run|execute|evaluate|eval)(?:\s+(?:this|the|my|some|following|a"
    r"|bit of|piece of))*"
    r"(?:\s+(?:python|code|cell|snippet|line|expression|statement)s?)*\s*(?:[:：]\s*`?(?P<text>.+?)`?"
    r"|`(?P<ticked>[^`]+)`)\s*",
    re.IGNORECASE | re.DOTALL,
)
_RUN_CODE_ZH: Final = re.compile(
    r"(?:请|帮我)*(?:运行|执行|跑)(?:一下|这段|这个|这行|下面的?|以下)*(?:python|Python)?"
    r"(?:代码|单元格|语句)?\s*(?:[:：]\s*`?(?P<text>.+?)`?|`(?P<ticked>[^`]+)`)\s*",
    re.DOTALL,
)
_RUN: Final = re.compile(r"\b(?:run|execute|eval(?:uate)?|query|try)\b|运行|执行|跑", re.IGNORECASE)
_SELECT_FIRST: Final = re.compile(r"\s*(?:select|with|from)\b", re.IGNORECASE)

_TABLES: Final = re.compile(
    r"(?:(?:which|what)\s+(?:tables?|data\s?frames?|data\s?sets?|data|variables)(?:\s+"
    r"(?:are|do|is|can|have)\b(?!.*\b(?:columns?|rows?|missing|null)\b).*)?"
    r"|(?:(?:list|show|display|see|give)(?:\s+me)?\s+)?(?:(?:all|of|the|my|available|existing"
    r"|loaded)\s+)*(?:tables|data\s?frames|data\s?sets)"
    r"(?:\s+(?:there are|that there are|that i have|i have|in (?:the|my) (?:kernel|notebook|session)|available))?"
    r"|(?:do|have)\s+i\s+(?:have|got)\s+(?:any\s+)?(?:tables|data\s?frames|data\s?sets|data)(?:\s+loaded)?"
    r"|are\s+there\s+(?:any\s+)?(?:tables|data\s?frames|data\s?sets)(?:\s.*)?"
    r"|(?:我)?(?:这里|现在|目前|内核里|内核中|当前)*(?:都)?有(?:哪些|什么)"
    r"(?:表|表格|数据表|数据框|数据集|数据|dataframe)"
    r"|(?:列出|显示|查看|看看|展示)(?:一下)?(?:我的|所有|全部|现有)*的?"
    r"(?:表|表格|数据表|数据框|数据集)(?:列表)?|(?:哪些|什么)(?:表|表格|数据表|数据集)(?:可用|可以用)?)",
    re.IGNORECASE,
)
_ERROR: Final = re.compile(
    r"(?:(?:can|could)\s+you\s+)?(?:explain|fix|debug|diagnose|understand|look\s+(?:at|into)|show"
    r"|tell\s+me\s+about|help\s+(?:me\s+)?with)(?:\s+me)?\s+(?:(?:the|this|that|my|last|latest|recent"
    r"|previous)\s+)*"
    r"(?:error|exception|traceback|failure|crash|bug)\b.{0,80}"
    r"|(?:what|why)\b.{0,30}\b(?:error|exception|traceback|went wrong|go wrong)\b.{0,40}|why\s+(?:did|does|is"
    r"|has)\s+(?:it|this|that|my\s+(?:cell|code|notebook|last cell)|the\s+(?:cell|code|last cell))\s+"
    r"(?:fail|crash|break|failing|raise|error)\w*.{0,30}"
    r"|(?:what\s+(?:is|was)\s+)?(?:the\s+)?last\s+(?:error|exception)"
    r"|(?:请)?(?:解释|说明|分析|看看|看一下|修复|解决|排查)(?:一下|下)?(?:我的|我|这个|那个|笔记本[里中]?|刚才"
    r"|刚刚|最后|上一个|上个|最近|的|一个|一次)*(?:错误|报错|异常|出错)(?:信息|原因)?"
    r"(?:是什么意思|怎么修|怎么解决)?(?:[，,。；;].{0,80})?"
    r"|(?:为什么|为啥|怎么)(?:会|又|就)?(?:报错|出错|失败|出现错误)了?|(?:出了?|是)什么错误?了?|"
    r"(?:刚才|上一个|最后)的?(?:错误|报错)(?:是什么|是什么意思|怎么回事)?",
    re.IGNORECASE | re.DOTALL,
)


_CELL_FAILED: Final = re.compile(
    r"\s*(?:please\s+)?(?:explain|fix|mend|repair)\b[^.\n]{0,60}\bcell\b|\s*请?(?:解释|修复)[^。\n]{0,12}单元格",
    re.IGNORECASE,
)


def whole_message(text: str) -> Ask | None:
    """SQL or code that the whole message is."""
    text = text.strip()
    if len(text) > LONGEST:
        return None
    if found := _FENCE.search(text):
        return _fenced(text, found)
    if (
        not _SELECT_FIRST.match(text)
        and not _RUN.match(text)
        and not re.match(r"(?:sql|please|can|could|请|帮我)", text, re.IGNORECASE)
    ):
        return None
    for pattern in (_RUN_SQL, _SQL_ZH):
        if (match := pattern.fullmatch(text)) and _is_sql(text, match):
            return Ask("sql", text=match["text"].strip())
    for pattern in (_RUN_CODE, _RUN_CODE_ZH):
        if match := pattern.fullmatch(text):
            return Ask("code", text=(match["text"] or match["ticked"]).strip())
    return None


def _fenced(text: str, found: re.Match[str]) -> Ask | None:
    language, inner = found["language"].lower(), found["text"].strip("\n")
    around = text[: found.start()] + text[found.end() :]
    if _CELL_FAILED.match(text):  # the panel's wish about a failed cell, which comes with its code
        return Ask("error")
    if not inner.strip() or len(around) > 200:
        return None
    if language in ("sql", "duckdb") or (
        not language and _SELECT_FIRST.match(inner) and _LOOKS_LIKE_SQL.fullmatch(inner.strip())
    ):
        return Ask("sql", text=inner.strip())
    if language in ("", "python", "py", "ipython") and (_RUN.search(around) or (language and not around.strip())):
        return Ask("code", text=inner)
    return None


def _is_sql(whole: str, match: re.Match[str]) -> bool:
    """English begins with "select" and "with" too: without a word for SQL before it, it has to look like SQL."""
    text = match["text"].strip()
    before = whole[: match.start("text")]
    if re.search(r"sql", before, re.IGNORECASE):
        return True
    if _ENGLISH_SELECT.match(text):
        return False
    return bool(_LOOKS_LIKE_SQL.fullmatch(text) or (_RUN.search(before) and text[:6].lower() == "select"))


def fixed_wish(text: str) -> Ask | None:
    """``which tables are there``, ``explain the last error``."""
    if _TABLES.fullmatch(text):
        return Ask("tables")
    if _ERROR.fullmatch(text):
        return Ask("error")
    return None
