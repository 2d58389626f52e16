"""Which language the product's own words are in: English or Chinese.

What is set wins. Else it is the language of what the user says, and where that is in none (``/privacy``), that of
the environment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final, Literal

Language = Literal["en", "zh"]

VARIABLE: Final = "TABLE_COPILOT_LANGUAGE"
_LOCALE_VARIABLES: Final = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""In gettext's order."""
_CHINESE: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN_WORD: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def spoken(text: str) -> Language | None:
    """Chinese where its characters are at least as many as the Latin words; None where there are neither."""
    chinese, latin = len(_CHINESE.findall(text)), len(_LATIN_WORD.findall(text))
    if not chinese and not latin:
        return None
    return "zh" if chinese and chinese >= latin else "en"


def of_environment(environment: Mapping[str, str] | None = None) -> Language:
    """The language that ``TABLE_COPILOT_LANGUAGE`` names, else that of the locale; English where neither is Chinese."""
    environment = os.environ if environment is None else environment
    for name in (VARIABLE, *_LOCALE_VARIABLES):
        if value := (environment.get(name) or "").strip().lower():
            return "zh" if value.startswith("zh") else "en"
    return "en"
