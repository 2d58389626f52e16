"""Commands about tables: which there are, what was told of them to whom, and the error that a cell ended with."""

from __future__ import annotations

import json
from typing import Final

from .. import inspection
from ..protocol import SentTable
from .scene import CommandAnswer, Scene, count, inline

_NO_KERNEL: Final = "此会话没有内核。请在笔记本里提问，或在 JupyterLab 里打开一个笔记本，再到侧栏里提问。"


async def tables(scene: Scene, arguments: str) -> CommandAnswer:
    """The tables in the kernel, with what a model may see of each."""
    if scene.kernel_id is not None:
        await scene.session.configure(kernel_id=scene.kernel_id)
    reply = await inspection.tables(scene.hub, scene.session, scene.cell)
    if reply.problem is not None:
        problem = reply.problem if reply.kernel_id is not None else scene.say(reply.problem, _NO_KERNEL)
        return CommandAnswer(scene.say(f"The tables can't be told now. {problem}", f"现在看不到表。{problem}"))
    if not reply.tables:
        return CommandAnswer(
            scene.say(
                "The kernel has no tables yet: no DataFrame, no Series, no Arrow table.",
                "内核里还没有表（DataFrame、Series 或 Arrow 表）。",
            )
        )
    lines = [
        scene.say("| Table | Kind | Rows | Columns | The model may see |", "| 表 | 类型 | 行数 | 列数 | 模型可见 |"),
        "|---|---|---:|---:|---|",
    ]
    for table in reply.tables:
        rows = f"{table.rows:,}" if table.rows is not None else "?"
        seen = scene.level(table.level)
        lines.append(f"| `{inline(table.name)}` | {inline(table.kind)} | {rows} | {table.column_count} | {seen} |")
    after = scene.say(
        "Name one with `@` in a message. `/privacy` changes what is seen.",
        "在消息里用 `@` 可以指明一个表；用 `/privacy` 更改模型可见的内容。",
    )
    return CommandAnswer("\n".join([*lines, "", after]))


async def receipts(scene: Scene, arguments: str) -> CommandAnswer:
    """What was sent to models: the list, one request word for word, or all of it. Raises CopilotError."""
    say = scene.say
    if arguments == "jsonl":
        exported = await inspection.exported_receipts(scene.hub, scene.session)
        return CommandAnswer(f"```json\n{exported.content}```")
    if arguments:
        sent = await inspection.payload(scene.hub, scene.session, arguments)
        if sent.content is None:
            return CommandAnswer(
                say(
                    "The payload of this request is not kept any more; its receipt is.",
                    "这次请求的原文已不再保存，回执仍在。",
                )
            )
        return CommandAnswer(f"```json\n{json.dumps(json.loads(sent.content), ensure_ascii=False, indent=2)}\n```")
    found = (await inspection.receipts(scene.hub, scene.session)).receipts
    if not found:
        return CommandAnswer(say("Nothing was sent to a model in this session.", "此会话还没有向模型发送任何内容。"))
    lines = [
        say("| Receipt | Time | Model | Size | Told of tables |", "| 回执 | 时间 | 模型 | 大小 | 涉及的表 |"),
        "|---|---|---|---:|---|",
    ]
    for receipt in found[-100:]:
        told = say("; ", "；").join(_told(scene, table) for table in receipt.tables) or say("nothing", "无")
        model, host = inline(receipt.model), inline(receipt.host)
        lines.append(
            f"| `{receipt.receipt_id}` | {receipt.at[:19].replace('T', ' ')} UTC | "
            f"{say(f'{model} on {host}', f'{model}，位于 {host}')} | {receipt.bytes / 1000:,.1f} kB | {told} |"
        )
    after = say(
        "`/receipts ID` shows exactly what was sent, `/receipts jsonl` all of it as JSON Lines.",
        "用 `/receipts ID` 查看一次请求的原文，用 `/receipts jsonl` 以 JSON Lines 格式查看全部。",
    )
    return CommandAnswer("\n".join([*lines, "", after]))


def _told(scene: Scene, table: SentTable) -> str:
    name = inline(table.name)
    if table.columns == 0 and table.rows == 0:  # such as one that code has made
        return scene.say(f"{name}: only its name", f"{name}：仅名称")
    level = scene.level(table.level)
    return scene.say(
        f"{name}: {level}, {count(table.columns, 'column')}, {count(table.rows, 'row')}",
        f"{name}：{level}，{table.columns:,} 列，{table.rows:,} 行",
    )


async def fix(scene: Scene, arguments: str) -> CommandAnswer:
    """Say to the analyst, in the user's name, what is wanted: so the answer is in the same language."""
    return CommandAnswer(
        say=scene.say(
            f"@analyst Explain the last error in my notebook and show how to fix it. {arguments}".rstrip(),
            f"@analyst 解释笔记本里最后的错误，并说明怎么修复。{arguments}",
        )
    )
