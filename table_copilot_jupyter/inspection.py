"""What a user may ask about a session beside talking in it: its tables, its receipts, whether its results still stand.

Nothing of this goes to a model. Every surface's dialect and the slash commands use it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from . import protocol
from .export import file_name
from .hub import Hub
from .kernel.base import KernelLink, Request
from .privacy import Privacy
from .protocol import CopilotError, ErrorCode
from .results import Result
from .session import Session
from .store.base import ReceiptRow
from .store.receipts import unpack
from .workspace import NO_KERNEL

LOOK_TIMEOUT_S = 5.0
RERUN_TIMEOUT_S = 60.0
EVERYTHING = Privacy("rows")
"""The policy where the user alone reads the answer."""


async def tables(hub: Hub, session: Session, cell: KernelLink | None = None) -> protocol.Tables:
    """The tables of the session's kernel, with what a model may see of each; or why they can't be told.

    ``cell``: the cell of that kernel that waits for the answer.
    """
    reply = protocol.Tables(session_id=session.session_id, kernel_id=session.row.kernel_id)
    privacy = session.privacy() or Privacy("names")
    try:
        value = await _in_kernel(hub, session, "tables", {}, LOOK_TIMEOUT_S, privacy, cell)
    except CopilotError as error:
        reply.problem = f"{error.message} {error.hint}".strip()
        return reply
    reply.tables = [protocol.TableInfo.model_validate(item) for item in value["items"]]
    return reply


async def receipts(hub: Hub, session: Session) -> protocol.Receipts:
    """Every request of the session to a model, the first one first."""
    rows = await hub.services.store.receipts(session.session_id)
    return protocol.Receipts(session_id=session.session_id, receipts=[_info(row) for row in rows])


async def payload(hub: Hub, session: Session, receipt_id: str) -> protocol.Payload:
    """What was sent, to the byte. Raises CopilotError for a receipt that the session does not have."""
    row = await hub.services.store.receipt(session.session_id, receipt_id)
    if row is None:
        raise CopilotError(
            ErrorCode.BAD_FRAME, f"This session has no receipt {receipt_id[:64]!r}.", "See /receipts for those it has."
        )
    content = unpack(row.payload) if row.payload else None
    return protocol.Payload(session_id=session.session_id, receipt_id=receipt_id, content=content)


async def exported_receipts(hub: Hub, session: Session) -> protocol.Exported:
    """All receipts with their payloads as JSON Lines."""
    lines = []
    for row in await hub.services.store.receipts(session.session_id):
        whole = await hub.services.store.receipt(session.session_id, row.receipt_id) or row
        sent = json.loads(unpack(whole.payload)) if whole.payload else None
        lines.append(json.dumps(_info(row).model_dump(mode="json") | {"payload": sent}, ensure_ascii=False))
    return protocol.Exported(
        session_id=session.session_id,
        format="receipts",
        filename=file_name(f"{session.row.title} receipts", session.session_id, "jsonl"),
        content="".join(f"{line}\n" for line in lines),
    )


async def verified(hub: Hub, session: Session, refs: Sequence[str]) -> protocol.Verified:
    """Whether results still stand for their tables as they are now; all of the session's where none is named."""
    await session.results.load(session.session_id, hub.services.store, session.log)
    found = [(ref, session.results.get(ref)) for ref in (refs or session.results.refs)]
    names = sorted({name for _, result in found if result is not None for name in result.tables})
    now: dict[str, Any] = {}
    problem = ""
    if names:
        try:
            value = await _in_kernel(hub, session, "fingerprints", {"names": names}, LOOK_TIMEOUT_S, EVERYTHING)
            now = {str(item["name"]): item.get("fingerprint") for item in value["items"]}
        except CopilotError as error:
            problem = f"{error.message} {error.hint}".strip()
    results = [_verification(ref, result, now, problem) for ref, result in found]
    return protocol.Verified(session_id=session.session_id, results=results)


async def rerun(hub: Hub, session: Session, ref: str) -> None:
    """Run a result's query again; what it gives takes the place of the old result. Raises CopilotError."""
    await session.results.load(session.session_id, hub.services.store, session.log)
    result = session.results.get(ref)
    if result is None:
        raise CopilotError(ErrorCode.BAD_FRAME, f"This session has no result {ref[:64]!r}.", "Ask the question again.")
    sql = result.evidence.get("sql")
    if not isinstance(sql, str):
        raise CopilotError(ErrorCode.BAD_FRAME, f"{ref} was not made by a query.", "Ask for it again.")
    wanted = {"sql": sql, "number": result.number, "again": True}
    value = await _in_kernel(hub, session, "query", wanted, RERUN_TIMEOUT_S, EVERYTHING)
    shown = value.get("user") or {}
    session.results.take(result.call_id, shown, turn_id=result.turn_id)
    output = protocol.ToolOutput(call_id=result.call_id, mime=shown)
    output.turn_id = result.turn_id
    session.log.publish(output)


async def _in_kernel(
    hub: Hub,
    session: Session,
    op: str,
    arguments: dict[str, Any],
    timeout_s: float,
    privacy: Privacy,
    cell: KernelLink | None = None,
) -> dict[str, Any]:
    if session.row.kernel_id is None:
        raise NO_KERNEL
    link = cell or hub.services.kernels.link(session.row.kernel_id)
    return await link.call(Request(op, arguments, privacy.policy()), timeout_s=timeout_s)


def _verification(ref: str, result: Result | None, now: dict[str, Any], problem: str) -> protocol.Verification:
    def say(state: Any, reason: str = "") -> protocol.Verification:
        return protocol.Verification(ref=ref, state=state, reason=reason)

    if result is None:
        return say("unknown", "This session has no such result.")
    if problem:
        return say("unknown", problem)
    for name, before in result.tables.items():
        if now.get(name) is None:
            return say("stale", f"There is no table {name} any more.")
        if before is None:
            return say("unknown", f"What {name} was like was not recorded.")
        if now[name] != before:
            return say("stale", f"{name} has changed since.")
    return say("fresh")


def _info(row: ReceiptRow) -> protocol.ReceiptInfo:
    return protocol.ReceiptInfo(
        receipt_id=row.receipt_id,
        turn_id=row.turn_id or None,
        at=row.at,
        model=row.model,
        host=row.host,
        bytes=row.bytes,
        tables=[protocol.SentTable.model_validate(table) for table in json.loads(row.tables)],
    )
