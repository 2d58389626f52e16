"""Tokens for kernels: each opens the copilot's socket for one kernel, for as long as that kernel lives.

A kernel gets a token of its own in its environment instead of the user's. A restart revokes it and mints
another; shutdown, culling and death revoke it. Only digests are kept, so nothing that shows a ``Grants``
object shows a token.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable

PREFIX = "tc_"


class Grant:
    """What one token allows: to speak for ``kernel_id``, until it is revoked.

    ``notebook`` is what the kernel was told of the notebook that it was started for; empty without one.
    """

    def __init__(self, kernel_id: str, notebook: str = "") -> None:
        self.kernel_id = kernel_id
        self.notebook = notebook
        self.revoked = False
        self._callbacks: list[Callable[[], None]] = []

    def on_revoked(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` when the grant ends (at once if it has). Returns a function that takes it back."""
        if self.revoked:
            callback()
            return lambda: None
        self._callbacks.append(callback)

        def take_back() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return take_back

    def revoke(self) -> None:
        """End it, and tell everyone who registered."""
        self.revoked = True
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()


class Grants:
    """The grants of one server, at most one per kernel."""

    def __init__(self) -> None:
        self._grants: dict[bytes, Grant] = {}

    def __len__(self) -> int:
        return len(self._grants)

    def mint(self, kernel_id: str, notebook: str = "") -> str:
        """A fresh token for ``kernel_id``; the one it had before ends."""
        self.revoke(kernel_id)
        token = PREFIX + secrets.token_urlsafe(32)
        self._grants[_digest(token)] = Grant(kernel_id, notebook)
        return token

    def notebook_of(self, kernel_id: str) -> str:
        """The notebook that a living kernel was started for, in the kernel's own words; empty where none is known."""
        return next((grant.notebook for grant in self._grants.values() if grant.kernel_id == kernel_id), "")

    def revoke(self, kernel_id: str) -> None:
        """End the grant of ``kernel_id``, if it has one."""
        for digest in [digest for digest, grant in self._grants.items() if grant.kernel_id == kernel_id]:
            self._grants.pop(digest).revoke()

    def check(self, token: str) -> Grant | None:
        """The living grant that ``token`` stands for, found in a time that tells nothing about any token."""
        digest = _digest(token)
        found = None
        for known, grant in self._grants.items():
            if hmac.compare_digest(known, digest):
                found = grant
        return found


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
