"""The slash commands: one table for every surface, in the language of the surface."""

import asyncio
import json
import re
from datetime import UTC, datetime

import pytest
from fakes import Client, ScriptedEngine, saying
from hubs import running_hub

from table_copilot_jupyter.commands import COMMANDS
from table_copilot_jupyter.protocol import ReminderItem, TodoItem
from table_copilot_jupyter.settings import Settings
from table_copilot_jupyter.store.base import ReceiptRow
from table_copilot_jupyter.store.receipts import pack


@pytest.fixture
async def client(tmp_path):
    async with running_hub(tmp_path, ScriptedEngine()) as hub:
        client = Client(hub)
        await client.attach("s")
        await client.say("s", "hello", "m1")
        await client.got("session_updated")
        yield client


async def run(client, line, **fields):
    reply = await client.ask("message", session_id="s", content=line, message_id=f"c{len(client.frames)}", **fields)
    assert reply["type"] == "notice", reply
    return reply


async def refused(client, line, **fields):
    reply = await client.ask("message", session_id="s", content=line, message_id=f"c{len(client.frames)}", **fields)
    assert reply["type"] == "error", reply
    return f"{reply['message']} {reply['hint']}"


async def test_help_lists_every_command(client):
    assert re.findall(r"`/(\w+)", (await run(client, "/help"))["content"])[: len(COMMANDS)] == list(COMMANDS)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/status", "messages"),
        ("/session", "`s`"),
        ("/sessions", "(this one)"),
        ("/history", "**You**: hello"),
        ("/history 1", "**copilot**: You said: hello"),
        ("/model", "offline"),
        ("/model offline", "is `offline` now"),
        ("/agents", "`@planner`"),
        ("/todos", "No todos yet"),
        ("/reminders", "No reminders are set"),
        ("/tools", "`todo_manager`"),
        ("/export", "You said: hello"),
        ("/export json", '"format"'),
        ("/HELP", "/help"),
    ],
)
async def test_a_command_answers(client, line, says):
    assert says in (await run(client, line))["content"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/nonsense", "no command '/nonsense'"),
        ("/", "no command"),
        ("/history many", "'many' is not a number"),
        ("/session nowhere", "no session 'nowhere'"),
        ("/export pdf", "'pdf' is not an export format"),
        ("/approve x", "'once' or 'session'"),
        ("/deny x", "no open approval 'x'"),
    ],
)
async def test_a_command_that_can_not_be_carried_out_says_why(client, line, says):
    assert says in await refused(client, line)


async def test_new_and_session_tell_the_surface_what_to_show(client):
    new = await run(client, "/new Second one")
    assert (await client.attach(new["switch_to"]))["session"]["title"] == "Second one"
    assert (await run(client, "/session second"))["switch_to"] == new["switch_to"]


async def test_clear_empties_the_session(client):
    await run(client, "/clear")
    assert "Nothing has been said" in (await run(client, "/history"))["content"]


async def test_a_title_can_not_break_the_table(client):
    await client.ask("rename", session_id="s", title="a | b\nc")
    assert "a \\| b c" in (await run(client, "/sessions"))["content"]


TOLD = [
    {"name": "penguins", "level": "rows", "columns": 8, "rows": 1344},
    {"name": "a|b", "level": "aggregates", "columns": 1, "rows": 1},
    {"name": "made", "level": "schema", "columns": 0, "rows": 0},
]


async def add_receipts(hub):
    for name, tables, sent in [("r1", [], pack("{}")), ("r2", TOLD, b"")]:
        at = "2026-11-22T08:00:00.000Z"
        await hub.services.store.add_receipt(
            ReceiptRow(name, "s", "t1", at, "kimi", "openrouter.ai", 2048, json.dumps(tables), sent)
        )


async def test_receipts_say_what_each_request_told_of_which_table(tmp_path):
    async with running_hub(tmp_path, ScriptedEngine()) as hub:
        client = Client(hub)
        await client.attach("s")
        assert (await run(client, "/receipts"))["content"] == "Nothing was sent to a model in this session."
        await add_receipts(hub)
        said = (await run(client, "/receipts"))["content"]

    assert "| `r1` | 2026-11-22 08:00:00 UTC | kimi on openrouter.ai | 2.0 kB | nothing |" in said
    assert "| penguins: rows, 8 columns, 1,344 rows; a\\|b: aggregates, 1 column, 1 row; made: only its name |" in said


# --- in Chinese ---------------------------------------------------------------------------------

LINES = {
    "help": ["/help", "/没有的命令"],
    "status": ["/status"],
    "new": ["/new", "/new 第二个"],
    "session": ["/session", "/session 你好", "/session s", "/session missing", "/session no such one"],
    "sessions": ["/sessions"],
    "history": ["/history", "/history 1", "/history many"],
    "clear": ["/clear"],
    "model": ["/model", "/model offline"],
    "agents": ["/agents"],
    "tables": ["/tables"],
    "fix": ["/fix", "/fix 用 polars"],
    "privacy": [
        *("/privacy", "/privacy schema", "/privacy names masked", "/privacy penguins.island hidden"),
        *("/privacy penguins default", "/privacy what is this"),
    ],
    "receipts": ["/receipts", "/receipts r2"],
    "todos": ["/todos"],
    "reminders": ["/reminders"],
    "tools": ["/tools"],
    "export": ["/export pdf"],  # the document itself is the same in every language
    "approve": ["/approve ID", "/approve ID often", "/approve ID once"],
    "deny": ["/deny ID"],
}
"""What is typed to get each answer and each error that a command words itself."""


@pytest.fixture
async def chinese(tmp_path):
    """A client whose session has a message, receipts and an open approval."""

    async def asks_to_run(request, emit):
        await request.tool_context("c", "copilot", request.model).approve("run_code", "1 + 1", {}, "1 + 1")
        return await saying("好了。")(request, emit)

    engine = ScriptedEngine().then(saying("你好！")).then(asks_to_run)
    async with running_hub(tmp_path, engine) as hub:
        client = Client(hub)
        await client.attach("s")
        await client.say("s", "你好", "m1")
        await client.got("session_updated")
        client.send("message", session_id="s", content="运行 1 + 1", message_id="m2")
        await client.got("approval")
        await add_receipts(hub)
        yield client


async def answer_in_chinese(client, line):
    """What the user reads: of the notice, of the error, or the message that is sent in their name."""
    line = line.replace("ID", client.of_type("approval")[0]["approval_id"])
    fields = {"session_id": "s", "content": line, "message_id": f"c{len(client.frames)}", "language": "zh"}
    reply = await client.ask("message", **fields)
    if reply["type"] == "ack":
        return (await client.got("user_message", message_id=fields["message_id"]))["content"]
    return reply["content"] if reply["type"] == "notice" else f"{reply['message']}\n{reply['hint']}"


def english_in(text):
    """Words of English that stand side by side, beside what is the same in both languages: code, what was typed."""
    text = re.sub(r"`[^`]*`|'[^']*'|@\w+|/[a-z]+(?: [A-Za-z]+)*", "…", text)
    return re.findall(r"[A-Za-z]+ [a-z]+", text)


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_command_answers_in_chinese(chinese, name):
    for line in LINES[name]:
        for said in filter(None, (await answer_in_chinese(chinese, line)).split("\n")):
            assert re.search("[\u4e00-\u9fff]", said) or set(said) <= set("|-:"), f"{line}: {said}"
            assert english_in(said) == [], f"{line}: {said}"


async def test_fix_asks_in_chinese(chinese):
    for line, wish in [("/fix", ""), ("/fix 用 polars", "用 polars")]:
        said = await answer_in_chinese(chinese, line)
        assert said == f"@analyst 解释笔记本里最后的错误，并说明怎么修复。{wish}"


async def test_who_said_what_in_chinese(chinese):
    assert (await run(chinese, "/history", language="zh"))["content"].startswith("**你**：你好\n\n**copilot**：你好！")


async def test_a_session_without_a_title_has_one_in_chinese(chinese):
    new = (await run(chinese, "/new", language="zh"))["switch_to"]
    assert f"| `{new}` | 新会话 | 0 |" in (await run(chinese, "/sessions", language="zh"))["content"]


async def test_help_in_chinese(chinese):
    said = (await run(chinese, "/help", language="zh"))["content"]
    assert "| `/new [标题]` | 开始新会话 |" in said
    assert "| `/approve id once\\|session` | 同意一项请求 |" in said


async def test_a_decision_in_chinese_is_carried_out(chinese):
    approval = chinese.of_type("approval")[0]["approval_id"]
    assert (await run(chinese, f"/approve {approval} session", language="zh"))["content"] == "已允许（本次会话）。"
    assert (await chinese.got("approval_closed"))["decision"] == "session"


async def test_privacy_in_chinese(tmp_path):
    async with running_hub(tmp_path, settings=Settings(timezone="UTC", privacy_ceiling="aggregates")) as hub:
        client = Client(hub)
        await client.attach("s")
        for line in ("/privacy names masked", "/privacy penguins.island hidden", "/privacy Schema"):
            said = (await run(client, line, language="zh"))["content"]
        error = await refused(client, "/privacy a b c", language="zh")

    usage = (
        "用法：/privacy 级别（用于此会话）；/privacy 表 级别 或 /privacy 表.列 级别"
        "（为表或列设规则，级别写 default 则删除规则）；/privacy names masked 或 clear（隐去名称，或恢复原名）。"
    )
    assert error == f"/privacy 看不懂 'a b c'。 {usage}"
    assert said == "\n".join(
        [
            "模型对你的表的可见级别：**schema**（结构），即名称和类型，不含数据。",
            "",
            "| 级别 | 模型可以看到 |",
            "|---|---|",
            "| `names`（名称） | 表名、列名和行数 |",
            "| `schema`（结构，当前） | 名称和类型，不含数据 |",
            "| `aggregates`（汇总） | 名称、类型，以及至少涵盖 5 行的统计值 |",
            "| `rows`（数据行） | 全部内容，包括单个数据；受本服务器管理员限制，不能选用 |",
            "",
            "表名和列名已隐去：告诉模型的是代称。",
            "",
            "| 规则 | 模型最多可以看到 |",
            "|---|---|",
            "| `penguins.island` | `hidden`（隐藏）：什么都看不到，包括名称 |",
            "",
            usage,
        ]
    )


async def test_receipts_in_chinese(tmp_path):
    async with running_hub(tmp_path) as hub:
        client = Client(hub)
        await client.attach("s")
        assert (await run(client, "/receipts", language="zh"))["content"] == "此会话还没有向模型发送任何内容。"
        await add_receipts(hub)
        said = (await run(client, "/receipts", language="zh"))["content"]
        gone = (await run(client, "/receipts r2", language="zh"))["content"]

    assert said == "\n".join(
        [
            "| 回执 | 时间 | 模型 | 大小 | 涉及的表 |",
            "|---|---|---|---:|---|",
            "| `r1` | 2026-11-22 08:00:00 UTC | kimi，位于 openrouter.ai | 2.0 kB | 无 |",
            "| `r2` | 2026-11-22 08:00:00 UTC | kimi，位于 openrouter.ai | 2.0 kB | "
            "penguins：rows（数据行），8 列，1,344 行；a\\|b：aggregates（汇总），1 列，1 行；made：仅名称 |",
            "",
            "用 `/receipts ID` 查看一次请求的原文，用 `/receipts jsonl` 以 JSON Lines 格式查看全部。",
        ]
    )
    assert gone == "这次请求的原文已不再保存，回执仍在。"


async def test_tables_in_chinese(client):
    """Asked from a cell, whose kernel has two tables."""
    assert (await run(client, "/tables", language="zh"))["content"] == (
        "现在看不到表。此会话没有内核。请在笔记本里提问，或在 JupyterLab 里打开一个笔记本，再到侧栏里提问。"
    )
    penguins = {"name": "penguins", "kind": "pandas.DataFrame", "rows": 1344, "column_count": 8, "level": "rows"}
    lazy = {"name": "lazy", "kind": "polars.LazyFrame", "rows": None, "column_count": 2, "level": "hidden"}
    said = []
    for items in ([penguins, lazy], []):
        cell = {"kernel_id": "k1", "offers": ["kernel"]}
        asked = asyncio.ensure_future(run(client, "/tables", language="zh", **cell))
        request = await client.got("kernel_request", after=len(client.frames))
        value = {"items": [{"columns": [], "bytes": None} | item for item in items]}
        client.send("kernel_result", session_id="s", call_id=request["call_id"], ok=True, value=value)
        said.append((await asked)["content"])

    assert said == [
        "\n".join(
            [
                "| 表 | 类型 | 行数 | 列数 | 模型可见 |",
                "|---|---|---:|---:|---|",
                "| `penguins` | pandas.DataFrame | 1,344 | 8 | rows（数据行） |",
                "| `lazy` | polars.LazyFrame | ? | 2 | hidden（隐藏） |",
                "",
                "在消息里用 `@` 可以指明一个表；用 `/privacy` 更改模型可见的内容。",
            ]
        ),
        "内核里还没有表（DataFrame、Series 或 Arrow 表）。",
    ]


async def test_todos_and_reminders_in_chinese(tmp_path):
    def noon():
        return datetime(2026, 11, 23, 12, tzinfo=UTC)

    todos = [
        TodoItem(todo_id="aaaa0001", title="交报告", due="2026-11-22", priority="high", tags=["家"]),
        TodoItem(todo_id="aaaa0002", title="买牛奶", due="2026-11-24T09:00:00+08:00", priority="low"),
        TodoItem(todo_id="aaaa0003", title="打电话", due="2026-11-01", done=True),
    ]
    zone, rule = "Asia/Shanghai", "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0"
    reminders = [
        ReminderItem(reminder_id="bbbb0001", content="喝水", due="2026-11-24T09:00:00+08:00", timezone=zone),
        ReminderItem(
            reminder_id="bbbb0002", content="站会", due="2026-11-30T09:00:00+08:00", timezone=zone, rrule=rule
        ),
    ]
    async with running_hub(tmp_path, settings=Settings(timezone=zone), clock=noon) as hub:
        for todo in todos:
            await hub.services.store.add_todo("ada", todo)
        for reminder in reminders:
            await hub.services.store.add_reminder("ada", reminder)
        client = Client(hub)
        await client.attach("s")
        todo_lines = (await run(client, "/todos", language="zh"))["content"].split("\n")
        reminder_lines = (await run(client, "/reminders", language="zh"))["content"].split("\n")

    assert todo_lines == [
        "- [ ] 交报告 · 2026年11月22日 周日到期，已过期 · 高优先级 · #家 `aaaa0001`",
        "- [ ] 买牛奶 · 2026年11月24日 周二 09:00（Asia/Shanghai）到期 · 低优先级 `aaaa0002`",
        "- [x] 打电话 · 2026年11月1日 周日到期 `aaaa0003`",
    ]
    assert reminder_lines == [
        "- 2026年11月24日 周二 09:00（Asia/Shanghai）：喝水 `bbbb0001`",
        "- 2026年11月30日 周一 09:00（Asia/Shanghai），每周一：站会 `bbbb0002`",
    ]


async def test_who_does_not_tell_a_language_is_answered_in_the_servers(tmp_path):
    async with running_hub(tmp_path, settings=Settings(timezone="UTC", language="zh")) as hub:
        plain = Client(hub, subprotocol=None)
        plain.type_line("/todos")
        assert (await plain.next_reply())["content"].startswith("还没有待办。")
        client = Client(hub)
        await client.attach("s")
        assert (await run(client, "/history"))["content"] == "此会话还没有消息。"
        assert (await run(client, "/history", language="en"))["content"].startswith("Nothing has been said")


async def test_an_agent_of_the_users_own_is_told_in_its_own_words(tmp_path):
    folder = tmp_path / "config" / "table_copilot" / "agents"
    folder.mkdir(parents=True)
    (folder / "poet.toml").write_text('name = "poet"\ndescription = "Writes verses."\n')
    (folder / "poet.md").write_text("Write.")
    async with running_hub(tmp_path) as hub:
        client = Client(hub)
        await client.attach("s")
        assert "| `@poet` | Writes verses. | 无 |" in (await run(client, "/agents", language="zh"))["content"]
