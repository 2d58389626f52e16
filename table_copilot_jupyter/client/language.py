"""Which language this process's user is answered in.

What ``TABLE_COPILOT_LANGUAGE`` sets wins. Else a message is answered in its own language; what is in none, as a command
is, in that of the message before; and as long as none was said, in the environment's.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from ..language import VARIABLE, Language, of_environment, spoken


def is_command(message: str) -> bool:
    """Whether the server takes it for a command: ``/privacy``, and not ``//…``, which is a message with a slash."""
    return message.startswith("/") and not message.startswith("//")


class UserLanguage:
    """The language of one user, as far as it was heard. It may be asked from any thread."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._last: Language | None = None

    def now(self) -> Language:
        """While nothing is being said."""
        return self._set() or self._last or of_environment(self._environment)

    def of(self, message: str) -> Language:
        """Of a message that is being sent. It is remembered for what comes after it."""
        heard = None if is_command(message) else spoken(message)
        if heard is not None:
            self._last = heard
        return self._set() or heard or self.now()

    def of_line(self, line: str) -> Language:
        """Of a line that is not read yet: it may begin with options, or may never be sent."""
        return self._set() or ("zh" if spoken(line) == "zh" else self.now())

    def of_messages(self, messages: Iterable[str]) -> Language:
        """Of a conversation: what the user said in it, the newest first."""
        said = (spoken(message) for message in messages if not is_command(message))
        return self._set() or next((language for language in said if language), None) or self.now()

    def _set(self) -> Language | None:
        return of_environment(self._environment) if (self._environment.get(VARIABLE) or "").strip() else None


user_language = UserLanguage()
"""Of this process's user."""
