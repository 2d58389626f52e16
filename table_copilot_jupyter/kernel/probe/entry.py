"""The way in: one request of the copilot, carried out in the kernel's namespace.

Each operation's module is imported when it is first asked for, so that listing tables waits for nothing else.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from . import failure, provenance
from .gate import Policy

Namespace = MutableMapping[str, Any]
Operation = Callable[[Namespace, Policy, Mapping[str, Any]], dict[str, Any]]

OPERATIONS = {
    "tables": "inventory",
    "describe": "describe",
    "query": "query",
    "cancel": "query",
    "fingerprints": "inventory",
    "plot": "plot",
    "run": "run",
    "error": "last_error",
}
"""Each operation, and the module that has the function of its name."""


def handle(namespace: Namespace, request: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out ``{"op", "arguments", "policy"}``; the answer is JSON.

    ``{"ok": True, "value": …}``, or ``{"ok": False, "error": {"message", "hint", "detail"}}`` with words that the gate
    lets through, but for ``detail``, which is for the user alone. Never raises but ``KeyboardInterrupt``.
    """
    try:
        operation = _operation(str(request.get("op")))
        policy = provenance.inherited(namespace, Policy.read(request.get("policy") or {}))
        return {"ok": True, "value": operation(namespace, policy, request.get("arguments") or {})}
    except failure.Failure as error:
        return {"ok": False, "error": {"message": error.message, "hint": error.hint, "detail": error.detail}}
    except Exception as error:
        return {"ok": False, "error": failure.unexpected(error)}


def _operation(name: str) -> Operation:
    module = OPERATIONS.get(name)
    if module is None:
        raise failure.Failure("The kernel knows no operation %r." % name[:40], "Update table-copilot-jupyter.")
    operation: Operation = getattr(importlib.import_module("." + module, __package__), name)
    return operation
