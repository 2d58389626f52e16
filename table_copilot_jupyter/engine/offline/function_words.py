"""Words that hold a sentence together, for the offline model: outside quotes no name and no value is made of them."""

from __future__ import annotations

import re
from typing import Final

from .asks import ADJECTIVES, COMPARATIVES

FUNCTION_WORDS: Final = re.compile(
    r"\b(?:before|after|between|since|until|over|under|above|below|than|as|if|whether|because|except|excluding|without"
    r"|not|more|less|fewer|least|most|many|much|who|whose|whom|which|what|how|why|when|where|is|are|was|were|be|been"
    r"|lower|higher|larger|bigger|smaller|greater|has|have|do|does|did|can|could|will|would"
    r"|should|versus|tell|say|compare|compared|difference"
    rf"|{'|'.join(ADJECTIVES)}|{'|'.join(COMPARATIVES)})\b|\b(?:can|is|are|do|does|did|was|were)n['’]t\b"
    r"|多少|几[个种只条]|什么|哪[个些里]|怎么|怎样|如何|百分之|大于|小于|超过|低于|高于|等于|含有|包含|不是|除了|相比"
    r"|更[大小多少高低长短重轻快慢热冷]|给出|来说|(?:^|\s)不(?:\s|$)",
    re.IGNORECASE,
)
