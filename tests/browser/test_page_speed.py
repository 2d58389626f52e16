"""On the chat page: a very long answer comes without a stutter."""

from __future__ import annotations

from collections.abc import Callable

from chat import Chat
from playwright.sync_api import expect
from processes import Model, percentile

ChatPage = Callable[..., Chat]

SECTION = """## Part {number}

The masses of the penguins of island {number}, with **bold**, *italic* and `code`, and $\\bar{{x}} = {number}$.

- one thing to know about it
- another, with a [link](https://jupyter.org)
  1. nested

| island | penguins | mean mass (g) |
|:--|--:|--:|
| Biscoe | 168 | 4716 |
| Dream | 124 | 3713 |
| Torgersen | 52 | 3706 |

```python
def heaviest(masses: dict[str, float]) -> str:
    \"\"\"The island with the greatest mean mass.\"\"\"
    return max(masses, key=masses.get)  # part {number}
```

"""
FRAMES = """() => {
  window.gaps = [];
  let before = performance.now();
  const next = () => {
    const now = performance.now();
    window.gaps.push(now - before);
    before = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}"""


def test_200_kb_stream_smoothly(chat_page: ChatPage, model: Model) -> None:
    text = ""
    while len(text) < 200_000:
        text += SECTION.format(number=text.count("## ") + 1)
    chat = chat_page("speed")
    model.script({"text": text, "deltas": 2000, "delay": 0.003})
    chat.page.evaluate(FRAMES)
    chat.say("tell me everything")
    expect(chat.ends).to_have_count(1, timeout=40_000)
    gaps: list[float] = chat.page.evaluate("window.gaps")

    gap = percentile(gaps, 0.95)
    print(f"{len(gaps)} frames, 95 % within {gap:.0f} ms, all within {max(gaps):.0f} ms")
    assert gap < 250
    parts = text.count("## ")
    expect(chat.answer_texts.get_by_role("table")).to_have_count(parts)
    expect(chat.answer_texts.get_by_role("heading", level=3).last).to_have_text(f"Part {parts}")
    assert chat.log.evaluate("e => e.scrollHeight - e.scrollTop - e.clientHeight") < 33
