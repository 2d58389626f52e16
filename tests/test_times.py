"""How times are read, from ISO 8601 to what people type."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from table_copilot_jupyter.tools.base import ToolError
from table_copilot_jupyter.tools.times import parse_due, parse_when, zone_named

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 18, 10, 30, 15, 400, tzinfo=BERLIN)
"""A Wednesday."""


def read(text: str, now: datetime = NOW, timezone: ZoneInfo = BERLIN) -> str:
    when = parse_when(text, now=now, timezone=timezone)
    assert when.rrule is None
    assert when.due.tzinfo is timezone
    return f"{when.due:%a %Y-%m-%d %H:%M}"


def recurring(text: str) -> tuple[str, str]:
    when = parse_when(text, now=NOW, timezone=BERLIN)
    assert when.rrule is not None
    return f"{when.due:%a %Y-%m-%d %H:%M}", when.rrule.rpartition("RRULE:")[2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-30T09:00", "Mon 2026-11-30 09:00"),
        ("2026-11-30 09:00:30", "Mon 2026-11-30 09:00"),
        ("2026-11-30", "Mon 2026-11-30 09:00"),
        ("2026-11-30T09:00Z", "Mon 2026-11-30 10:00"),
        ("2026-11-30T09:00:00.123+05:30", "Mon 2026-11-30 04:30"),
        ("2026-11-30T09:00-0500", "Mon 2026-11-30 15:00"),
        ("20261130T090000Z", "Mon 2026-11-30 10:00"),
        ("2026-11-30T09:00 America/New_York", "Mon 2026-11-30 15:00"),
        ("2026-11-30T09:00[Asia/Tokyo]", "Mon 2026-11-30 01:00"),
        ("2026-11-30 5pm", "Mon 2026-11-30 17:00"),
        ("2026/11/30 17:00", "Mon 2026-11-30 17:00"),
    ],
)
def test_iso_times_are_read(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in 10 minutes", "Wed 2026-11-18 10:40"),
        ("10 minutes", "Wed 2026-11-18 10:40"),
        ("in half an hour", "Wed 2026-11-18 11:00"),
        ("in an hour and a half", "Wed 2026-11-18 12:00"),
        ("In 1 hour and 30 minutes.", "Wed 2026-11-18 12:00"),
        ("2h", "Wed 2026-11-18 12:30"),
        ("five minutes from now", "Wed 2026-11-18 10:35"),
        ("in 3 days", "Sat 2026-11-21 10:30"),
        ("in 3 days at 9am", "Sat 2026-11-21 09:00"),
        ("in two weeks", "Wed 2026-12-02 10:30"),
        ("a week from now", "Wed 2026-11-25 10:30"),
        ("in 3 months", "Thu 2027-02-18 10:30"),
        ("tomorrow 9am", "Thu 2026-11-19 09:00"),
        ("9am tomorrow", "Thu 2026-11-19 09:00"),
        ("tomorrow", "Thu 2026-11-19 09:00"),
        ("tomorrow 9", "Thu 2026-11-19 09:00"),
        ("tomorrow evening at 7", "Thu 2026-11-19 19:00"),
        ("the day after tomorrow at noon", "Fri 2026-11-20 12:00"),
        ("tonight", "Wed 2026-11-18 20:00"),
        ("tonight at 8", "Wed 2026-11-18 20:00"),
        ("tonight at midnight", "Thu 2026-11-19 00:00"),
        ("end of the day", "Wed 2026-11-18 18:00"),
        ("today 3pm", "Wed 2026-11-18 15:00"),
        ("next friday at 17:00", "Fri 2026-11-20 17:00"),
        ("friday next week", "Fri 2026-11-27 09:00"),
        ("monday 9:30", "Mon 2026-11-23 09:30"),
        ("next wednesday", "Wed 2026-11-25 09:00"),
        ("wednesday 11am", "Wed 2026-11-18 11:00"),
        ("wednesday 9am", "Wed 2026-11-25 09:00"),
        ("this weekend", "Sat 2026-11-21 09:00"),
        ("next weekend", "Sat 2026-11-28 09:00"),
        ("next week", "Mon 2026-11-23 09:00"),
        ("next month", "Tue 2026-12-01 09:00"),
        ("next month on the 3rd", "Thu 2026-12-03 09:00"),
        ("next year", "Fri 2027-01-01 09:00"),
        ("end of the month", "Mon 2026-11-30 09:00"),
        ("end of the week", "Fri 2026-11-20 09:00"),
        ("at 5pm", "Wed 2026-11-18 17:00"),
        ("noon", "Wed 2026-11-18 12:00"),
        ("at 17h", "Wed 2026-11-18 17:00"),
        ("tomorrow 17h30", "Thu 2026-11-19 17:30"),
        ("tomorrow at 9.30", "Thu 2026-11-19 09:30"),
        ("half past nine", "Thu 2026-11-19 09:30"),
        ("quarter to 12", "Wed 2026-11-18 11:45"),
        ("5 o'clock", "Thu 2026-11-19 05:00"),
        ("march 3", "Wed 2027-03-03 09:00"),
        ("3rd of March 2027 at 4pm", "Wed 2027-03-03 16:00"),
        ("December 25, 2026 9:00", "Fri 2026-12-25 09:00"),
        ("feb 29", "Tue 2028-02-29 09:00"),
        ("the 5th", "Sat 2026-12-05 09:00"),
        ("the 31st at 10", "Thu 2026-12-31 10:00"),
        ("tomorrow 9am Europe/London", "Thu 2026-11-19 10:00"),
    ],
)
def test_english_phrases_are_read(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10分钟后", "Wed 2026-11-18 10:40"),
        ("半小时后", "Wed 2026-11-18 11:00"),
        ("两个小时后", "Wed 2026-11-18 12:30"),
        ("一个半小时后", "Wed 2026-11-18 12:00"),
        ("两小时30分钟后", "Wed 2026-11-18 13:00"),
        ("过一刻钟", "Wed 2026-11-18 10:45"),
        ("三天后", "Sat 2026-11-21 10:30"),
        ("3天后上午9点", "Sat 2026-11-21 09:00"),
        ("3天后晚上8点", "Sat 2026-11-21 20:00"),
        ("三个月后", "Thu 2027-02-18 10:30"),
        ("半年后", "Tue 2027-05-18 10:30"),
        ("明天上午9点", "Thu 2026-11-19 09:00"),
        ("明天上午九点", "Thu 2026-11-19 09:00"),
        ("明天上午9：30", "Thu 2026-11-19 09:30"),
        ("明天", "Thu 2026-11-19 09:00"),
        ("明早8点", "Thu 2026-11-19 08:00"),
        ("明天9am", "Thu 2026-11-19 09:00"),
        ("后天下午三点半", "Fri 2026-11-20 15:30"),
        ("今晚8点", "Wed 2026-11-18 20:00"),
        ("今天晚上十二点", "Thu 2026-11-19 00:00"),
        ("周三下午三点一刻", "Wed 2026-11-18 15:15"),
        ("下周五下午5点", "Fri 2026-11-27 17:00"),
        ("下下周一", "Mon 2026-11-30 09:00"),
        ("这周五", "Fri 2026-11-20 09:00"),
        ("周一9点", "Mon 2026-11-23 09:00"),
        ("星期天", "Sun 2026-11-22 09:00"),
        ("下周", "Mon 2026-11-23 09:00"),
        ("周五 下午 3 点", "Fri 2026-11-20 15:00"),
        ("周一 9", "Mon 2026-11-23 09:00"),
        ("周末", "Sat 2026-11-21 09:00"),
        ("下个月3号", "Thu 2026-12-03 09:00"),
        ("二十三号", "Mon 2026-11-23 09:00"),
        ("月底", "Mon 2026-11-30 09:00"),
        ("12月25日", "Fri 2026-12-25 09:00"),
        ("明年3月3日", "Wed 2027-03-03 09:00"),
        ("2026年11月30日下午5点", "Mon 2026-11-30 17:00"),
        ("九点零五分", "Thu 2026-11-19 09:05"),
        ("中午", "Wed 2026-11-18 12:00"),
        ("凌晨2点", "Thu 2026-11-19 02:00"),
    ],
)
def test_chinese_phrases_are_read(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "first", "rule"),
    [
        ("every monday 9am", "Mon 2026-11-23 09:00", "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0"),
        ("mondays at 9", "Mon 2026-11-23 09:00", "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0"),
        ("weekly on monday 9am", "Mon 2026-11-23 09:00", "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0"),
        ("every mon, wed and fri 9am", "Fri 2026-11-20 09:00", "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYHOUR=9;BYMINUTE=0"),
        ("every monday to friday", "Thu 2026-11-19 09:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9;BYMINUTE=0"),
        ("every weekday 9am", "Thu 2026-11-19 09:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9;BYMINUTE=0"),
        ("every weekend", "Sat 2026-11-21 09:00", "FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=9;BYMINUTE=0"),
        ("every day at 8", "Thu 2026-11-19 08:00", "FREQ=DAILY;BYHOUR=8;BYMINUTE=0"),
        ("daily 18:00", "Wed 2026-11-18 18:00", "FREQ=DAILY;BYHOUR=18;BYMINUTE=0"),
        ("every night at 9", "Wed 2026-11-18 21:00", "FREQ=DAILY;BYHOUR=21;BYMINUTE=0"),
        ("every other day", "Thu 2026-11-19 09:00", "FREQ=DAILY;INTERVAL=2;BYHOUR=9;BYMINUTE=0"),
        ("every other monday", "Mon 2026-11-23 09:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9;BYMINUTE=0"),
        ("every 2 hours", "Wed 2026-11-18 12:30", "FREQ=HOURLY;INTERVAL=2"),
        ("every half hour", "Wed 2026-11-18 11:00", "FREQ=MINUTELY;INTERVAL=30"),
        ("every month on the 1st", "Tue 2026-12-01 09:00", "FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=9;BYMINUTE=0"),
        ("on the 1st of every month", "Tue 2026-12-01 09:00", "FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=9;BYMINUTE=0"),
        ("the last friday of every month", "Fri 2026-11-27 09:00", "FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=9;BYMINUTE=0"),
        ("every year on march 3", "Wed 2027-03-03 09:00", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=3;BYHOUR=9;BYMINUTE=0"),
        ("每天早上8点", "Thu 2026-11-19 08:00", "FREQ=DAILY;BYHOUR=8;BYMINUTE=0"),
        ("每晚9点", "Wed 2026-11-18 21:00", "FREQ=DAILY;BYHOUR=21;BYMINUTE=0"),
        ("每周一上午9点", "Mon 2026-11-23 09:00", "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0"),
        ("每周一、三、五上午9点", "Fri 2026-11-20 09:00", "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYHOUR=9;BYMINUTE=0"),
        ("每周一到周五9点", "Thu 2026-11-19 09:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9;BYMINUTE=0"),
        ("每两周周一9点", "Mon 2026-11-23 09:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9;BYMINUTE=0"),
        ("每个工作日9点", "Thu 2026-11-19 09:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9;BYMINUTE=0"),
        ("每月1号", "Tue 2026-12-01 09:00", "FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=9;BYMINUTE=0"),
        ("每个月第一个周一", "Mon 2026-12-07 09:00", "FREQ=MONTHLY;BYDAY=1MO;BYHOUR=9;BYMINUTE=0"),
        ("every 1st and 15th", "Tue 2026-12-01 09:00", "FREQ=MONTHLY;BYMONTHDAY=1,15;BYHOUR=9;BYMINUTE=0"),
        ("每月1号和15号", "Tue 2026-12-01 09:00", "FREQ=MONTHLY;BYMONTHDAY=1,15;BYHOUR=9;BYMINUTE=0"),
        ("每年3月3日", "Wed 2027-03-03 09:00", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=3;BYHOUR=9;BYMINUTE=0"),
        ("每两小时", "Wed 2026-11-18 12:30", "FREQ=HOURLY;INTERVAL=2"),
        ("RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=9", "Mon 2026-11-23 09:00", "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0"),
        ("freq=daily", "Thu 2026-11-19 09:00", "FREQ=DAILY;BYHOUR=9;BYMINUTE=0"),
        (
            "DTSTART:20261201T100000\nRRULE:FREQ=DAILY;INTERVAL=2",
            "Tue 2026-12-01 10:00",
            "FREQ=DAILY;INTERVAL=2;BYHOUR=10;BYMINUTE=0",
        ),
    ],
)
def test_recurrences_are_read(text: str, first: str, rule: str) -> None:
    assert recurring(text) == (first, rule)


@pytest.mark.parametrize("text", ["8am", "10:30", "at 9", "9点", "早上8点"])
def test_a_time_of_day_that_has_passed_means_tomorrow(text: str) -> None:
    assert read(text).startswith("Thu 2026-11-19")


@pytest.mark.parametrize(
    "text",
    [
        "today 9am",
        "2026-11-18T10:30",
        "2025-01-01",
        "yesterday",
        "昨天",
        "今天9点",
        "2 days ago",
        "3 march 2020",
        "11月18日",
    ],
)
def test_a_day_that_has_passed_is_refused_and_named(text: str) -> None:
    with pytest.raises(ToolError, match="has passed") as raised:
        read(text)
    assert repr(text) in str(raised.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-02-30", "day"),
        ("2027-02-30T09:00", "day"),
        ("2026-13-01", "month"),
        ("2026-11-30T25:00", "hour"),
        ("2026/02/30", "no day 2026-02-30"),
        ("30 feb", "no day 30"),
        ("每年2月30日", "no day 30"),
        ("32号", "32 days"),
        ("25点", "25:00 is no time of day"),
        ("tomorrow 9:75", "9:75 is no time of day"),
        ("8am and 6pm tomorrow", "two times of day"),
        ("every 0 days", "0 is no whole number"),
        ("every 2 hours at 9am", "can't be read"),
        ("every blue moon", "can't be read"),
        ("in 0 minutes", "no time at all"),
        ("in 999999 years", "beyond what a calendar holds"),
        ("in 999999 days", "100 years"),
        ("12", "can't be read"),
        ("soon", "can't be read"),
        ("tomorrow 9.30", "can't be read"),
        ("FREQ=SECONDLY", "every minute"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "no occurrence"),
        ("every day 8am Asia/Tokyo", "'timezone'"),
        ("tomorrow 9am Mars/Base", "Mars/Base"),
        ("", "No time was given"),
        ("x" * 201, "at most 200"),
    ],
)
def test_what_can_not_be_read_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ToolError, match=reason):
        parse_when(text, now=NOW, timezone=BERLIN)


def test_a_refusal_names_the_text_and_shows_what_works() -> None:
    with pytest.raises(ToolError) as raised:
        read("whenever")
    assert "'whenever'" in str(raised.value)
    assert '"tomorrow 9am"' in str(raised.value)


@pytest.mark.parametrize("text", ["2027-03-28T02:30", "28 march 2027 2:30am", "2027年3月28日凌晨2点30分"])
def test_a_time_that_the_clocks_skip_moves_forward(text: str) -> None:
    assert read(text) == "Sun 2027-03-28 03:30"


def test_a_time_that_comes_twice_is_the_first() -> None:
    due = parse_when("2027-10-31T02:30", now=NOW, timezone=BERLIN).due
    assert due.isoformat() == "2027-10-31T02:30:00+02:00"


@pytest.mark.parametrize("fold", [0, 1])
def test_ten_minutes_are_ten_minutes_in_the_hour_that_comes_twice(fold: int) -> None:
    now = datetime(2026, 10, 25, 2, 45, tzinfo=BERLIN, fold=fold)
    for text in ("in 30 minutes", "半小时后"):
        due = parse_when(text, now=now, timezone=BERLIN).due
        assert (due.astimezone(UTC) - now.astimezone(UTC)).total_seconds() == 1800


def test_now_may_be_in_any_zone() -> None:
    assert read("tomorrow 9am", now=datetime(2026, 11, 18, 23, 30, tzinfo=UTC)) == "Fri 2026-11-20 09:00"


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("today", "2026-11-18"),
        ("tomorrow", "2026-11-19"),
        ("2026-11-18", "2026-11-18"),
        ("下周五", "2026-11-27"),
        ("in 3 days", "2026-11-21"),
        ("tomorrow 9am", "2026-11-19T09:00:00+01:00"),
        ("in 10 minutes", "2026-11-18T10:40:15+01:00"),
    ],
)
def test_a_todo_is_due_on_a_day_or_at_a_time(text: str, due: str) -> None:
    assert parse_due(text, now=NOW, timezone=BERLIN) == due


@pytest.mark.parametrize(
    ("text", "reason"), [("every day", "recurs"), ("yesterday", "has passed"), ("2026-11-17", "has passed")]
)
def test_a_todo_is_not_due_again_and_again_or_in_the_past(text: str, reason: str) -> None:
    with pytest.raises(ToolError, match=reason):
        parse_due(text, now=NOW, timezone=BERLIN)


@pytest.mark.parametrize("name", ["Mars/Base", "../etc/passwd", "Europe", "", "/etc/passwd", "x" * 5000, "a\0b"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(ToolError, match="not known"):
        zone_named(name)


def test_reading_times_raises_no_warning_and_imports_dateparser_late() -> None:
    code = (
        "import sys, datetime, zoneinfo\n"
        "from table_copilot_jupyter.tools.times import parse_when\n"
        "assert 'dateparser' not in sys.modules\n"
        "zone = zoneinfo.ZoneInfo('Europe/Berlin')\n"
        "print(parse_when('25.12.2027 16h30', now=datetime.datetime.now(zone), timezone=zone).due.year)\n"
        "assert 'dateparser' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("2027", "")


words = st.sampled_from(
    [
        "in",
        "at",
        "every",
        "next",
        "this",
        "tomorrow",
        "monday",
        "fri",
        "9am",
        "10",
        "25",
        "half",
        "an",
        "hour",
        "days",
        "weeks",
        "of",
        "the",
        "last",
        "march",
        "1st",
        "17:00",
        "noon",
        "and",
        "每",
        "周",
        "一",
        "下",
        "个",
        "月",
        "号",
        "点",
        "半",
        "后",
        "天",
        "上午",
        "晚上",
        "分钟",
        "年",
        "隔",
        "十",
        "两",
        ":",
        "-",
        ".",
        "/",
        "2026-02-30",
        "T",
        "Z",
        "+99:99",
        "FREQ=DAILY;BYDAY=",
        "RRULE:",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.text(max_size=60), st.lists(words, max_size=8).map(" ".join), st.lists(words, max_size=8).map("".join))
)
@example("九十十点")
@example("十十月十十号")
@example("下月0号")
@example("³ days")
@example("٣ days")
@example("9" * 200)
@example("1h" * 100)
@example("半" * 200)
@example("every " * 33)
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        when = parse_when(text, now=NOW, timezone=BERLIN)
    except ToolError:
        return
    assert when.due.astimezone(UTC) > NOW.astimezone(UTC)
    assert when.due.microsecond == 0
