"""Where every setting comes from: the environment, a ``.env`` file, Jupyter's configuration.

The environment wins over ``.env``, and both over the configuration file. ``.env`` is read, never put into
the process environment, so no kernel inherits a key from it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from .language import VARIABLE as LANGUAGE_VARIABLE
from .language import Language

OPENROUTER_URL = "https://openrouter.ai/api/v1"
OPENAI_URL = "https://api.openai.com/v1"
OPENROUTER_MODEL = "moonshotai/kimi-k2.5"
OPENAI_MODEL = "gpt-4.1-mini"
KEY_VARIABLES = ("OPENROUTER_API_KEY", "OPENAI_API_KEY", "OPENAI_KEY")


class Secret:
    """A value that no ``repr``, ``str``, log line or JSON shows; ``reveal()`` is the one way to it."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(set)" if self._value else "Secret(empty)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __deepcopy__(self, memo: object) -> Secret:
        return self  # dataclasses.asdict copies

    def __reduce__(self) -> Any:
        raise TypeError("a Secret is not pickled")


@dataclass(frozen=True)
class Settings:
    """Everything that can be set. Times are in seconds.

    ``model_name`` empty means the provider's default. ``context_tokens`` is the room for history and
    answer that the model is assumed to have.
    """

    openrouter_api_key: Secret = field(default_factory=Secret)
    openrouter_base_url: str = OPENROUTER_URL
    openai_api_key: Secret = field(default_factory=Secret)
    openai_base_url: str = OPENAI_URL
    ollama_host: str = ""
    model_name: str = ""
    system_prompt_file: str = ""
    database_url: str = ""
    timezone: str = ""
    turn_timeout: float = 600.0
    model_idle_timeout: float = 60.0
    question_timeout: float = 3600.0
    context_tokens: int = 96_000
    privacy: str = ""
    """What models may see of tables where a session has chosen nothing; empty: by where the model runs."""
    privacy_ceiling: str = "rows"
    """The highest level that a session may choose. Of several sources the strictest counts."""
    column_names: str = "clear"
    """"masked": models are told made-up names of tables and columns."""
    language: Language | Literal[""] = ""
    """Of commands' answers and of what ``%copilot`` says itself; empty: by what the user writes, and the locale."""
    offline_delay: float = 0.0
    """Pause between two words of the offline model's answer; only for demonstrations and tests."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys in the clear, for redaction."""
        return tuple(key.reveal() for key in (self.openrouter_api_key, self.openai_api_key) if key)


_VARIABLES = {
    "OPENROUTER_API_KEY": "openrouter_api_key",
    "OPENROUTER_BASE_URL": "openrouter_base_url",
    "OPENAI_KEY": "openai_api_key",
    "OPENAI_API_KEY": "openai_api_key",
    "OPENAI_BASE_URL": "openai_base_url",
    "OLLAMA_HOST": "ollama_host",
    "MODEL_NAME": "model_name",
    "TABLE_COPILOT_SYSTEM_PROMPT": "system_prompt_file",
    "TABLE_COPILOT_DB": "database_url",
    "TABLE_COPILOT_TIMEZONE": "timezone",
    "TABLE_COPILOT_TURN_TIMEOUT": "turn_timeout",
    "TABLE_COPILOT_MODEL_IDLE_TIMEOUT": "model_idle_timeout",
    "TABLE_COPILOT_QUESTION_TIMEOUT": "question_timeout",
    "TABLE_COPILOT_CONTEXT_TOKENS": "context_tokens",
    "TABLE_COPILOT_PRIVACY": "privacy",
    "TABLE_COPILOT_PRIVACY_CEILING": "privacy_ceiling",
    "TABLE_COPILOT_COLUMN_NAMES": "column_names",
    LANGUAGE_VARIABLE: "language",
    "TABLE_COPILOT_OFFLINE_DELAY": "offline_delay",
}
_LEVELS = ("names", "schema", "aggregates", "rows")
_CHOICES = {
    "privacy": ("", *_LEVELS),
    "privacy_ceiling": _LEVELS,
    "column_names": ("clear", "masked"),
    "language": ("", "en", "zh"),
}
"""Levels from the strictest to the most open."""


class SettingError(ValueError):
    """A setting that can't be used; names the variable and the value (never a key's)."""


def load_settings(
    environment: Mapping[str, str] | None = None,
    *,
    root: Path | None = None,
    configured: Mapping[str, Any] | None = None,
) -> Settings:
    """Settings from the environment, ``<root>/.env`` and the configuration file, in this order of strength.

    ``configured`` are fields of ``Settings`` (keys as text). Raises SettingError.
    """
    environment = os.environ if environment is None else environment
    settings = _apply(Settings(), dict(configured or {}), "the configuration")
    for source, variables in ((".env", _read_dotenv(root)), ("the environment", environment)):
        fields: dict[str, Any] = {}
        for variable, name in _VARIABLES.items():  # OPENAI_API_KEY comes after OPENAI_KEY and wins
            if value := (variables.get(variable) or "").strip():
                fields[name] = value
        settings = _apply(settings, fields, source)
    return settings


def _read_dotenv(root: Path | None) -> dict[str, str]:
    path = root / ".env" if root else None
    if path is None or not path.is_file():
        return {}
    from dotenv import dotenv_values

    return {name: value for name, value in dotenv_values(path).items() if value is not None}


def _apply(settings: Settings, fields: dict[str, Any], source: str) -> Settings:
    changes: dict[str, Any] = {}
    for name, value in fields.items():
        kind = type(getattr(settings, name))
        if kind is Secret:
            changes[name] = value if isinstance(value, Secret) else Secret(str(value))
        elif kind in (int, float):
            try:
                changes[name] = kind(value)
            except ValueError:
                raise SettingError(f"{name} from {source} is {value!r}; it must be a number.") from None
            if changes[name] < 0:
                raise SettingError(f"{name} from {source} is {value!r}; it must not be negative.")
        elif name in _CHOICES:
            changes[name] = _chosen(settings, name, str(value).strip().lower(), source)
        else:
            changes[name] = str(value)
    return replace(settings, **changes)


def _chosen(settings: Settings, name: str, value: str, source: str) -> str:
    """One of a few words. Nobody raises the ceiling, or unmasks names, that another source has set."""
    choices = _CHOICES[name]
    if value not in choices:
        known = ", ".join(repr(choice) for choice in choices if choice)
        raise SettingError(f"{name} from {source} is {value!r}; it must be one of {known}.")
    if name == "privacy_ceiling":
        return min(value, settings.privacy_ceiling, key=choices.index)
    if name == "column_names":
        return max(value, settings.column_names, key=choices.index)
    return value


def redact(text: str, settings: Settings) -> str:
    """``text`` without any key, for messages that quote what a provider said."""
    for key in settings.keys:
        text = text.replace(key, "***")
    return text
