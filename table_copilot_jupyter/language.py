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
# compiled at their first use: the charset takes 2 ms, which a kernel need not wait for when the extension is loaded
_CHINESE: Final = r"[\u3400-\u4dbf\u4e00-\u9fff]"
_LATIN_WORD: Final = r"[A-Za-z_]\w*"


def spoken(text: str) -> Language | None:
    """Chinese where its characters are at least as many as the Latin words; None where there are neither."""
    chinese, latin = len(re.findall(_CHINESE, text)), len(re.findall(_LATIN_WORD, text, re.ASCII))
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
