"""The chat as static HTML."""

import pytest
from test_conversation import Log

from table_copilot_jupyter.client.widget_transcript import LIMIT, render


def shown(log, **options):
    return render(log.conversation, "abc", **options)


def test_it_has_both_sides_in_order():
    log = Log()
    log.turn("m1", "Which island?", "**Biscoe**.")
    log.turn("m2", "Thanks", "Gladly.")
    html, text = shown(log).html, shown(log).text
    assert html.startswith('<div class="tcj-static tcj-static-abc">')
    assert html.index("Which island?") < html.index("<strong>Biscoe</strong>") < html.index("Thanks")
    assert text.startswith("You: Which island?\n\n**Biscoe**.")


def test_an_empty_one_says_so():
    assert "Nothing was said" in shown(Log()).html


def test_what_waits_stands_at_the_end_in_order():
    log = Log()
    log.turn("m1", "first", "One.")
    log.say("m2", "second")
    log.say("m3", "third")
    assert shown(log).text.endswith("You: second\n\nYou: third")


def test_it_speaks_chinese():
    log = Log()
    log.turn("m1", "你好", "您好。")
    log.say("m2", "后来呢", agent="planner")
    log.begin("m2")
    log.add("tool_started", turn_id="t-m2", call_id="c", tool="todo_manager", arguments={})
    log.add("turn_finished", turn_id="t-m2", reason="cancelled")
    html, text = shown(log, language="zh").html, shown(log, language="zh").text
    told = ("<b>你</b>", "<b>你对 planner</b>", "todo_manager", "未完成", "已停止。")
    places = [html.index(one) for one in told]
    assert places == sorted(places)
    assert text.startswith("你：你好\n\n您好。\n\n")
    assert "你对 planner：后来呢\n\n▸ todo_manager · 未完成\n\n已停止。" in text
    assert "还没有内容" in shown(Log(), language="zh").html
    assert "只显示结尾部分" in shown(log, language="zh", limit=200).html


def test_who_was_addressed_is_named():
    log = Log()
    log.say("m1", "list my todos", agent="planner")
    log.begin("m1")
    assert "You to planner" in shown(log).html


@pytest.mark.parametrize("side", ["user", "copilot"])
def test_nothing_in_it_runs(side):
    log = Log()
    bad = "<img src=x onerror=alert(1)><script>alert(2)</script>\u202e"
    log.turn("m1", bad if side == "user" else "hi", "hi" if side == "user" else bad)
    html = shown(log).html
    assert "<img" not in html
    assert "<script" not in html
    assert "\u202e" not in html


def test_of_a_long_one_the_end_is_kept_and_it_says_so():
    log = Log()
    for number in range(400):
        log.turn(f"m{number}", f"question {number}", "word " * 100)
    html = shown(log).html
    assert len(html) < LIMIT * 1.1
    assert "The conversation is longer." in html
    assert "question 399" in html
    assert "question 0<" not in html


def test_of_one_long_turn_its_end_is_kept():
    log = Log()
    log.say("m1", "go")
    log.begin("m1")
    for number in range(20):
        log.add("message", turn_id="t-m1", message_id=f"a{number}", content=f"answer {number} " + "x" * 200)
    html = shown(log, limit=3000).html
    assert "answer 19" in html
    assert "answer 2 " not in html
    assert len(html) < 4000


def test_of_one_long_text_its_end_is_kept_as_it_was_written():
    log = Log()
    log.turn("m1", "go", "beginning\n" + "<b> " * 5000 + "the end")
    html = shown(log, limit=3000).html
    assert "the end" in html
    assert "beginning" not in html
    assert len(html) < 20_000


def test_a_conversation_that_just_fits_is_not_called_cut():
    log = Log()
    log.turn("m1", "hello", "Hi.")
    size = len(shown(log).html)
    assert "longer" not in shown(log, limit=size).html
