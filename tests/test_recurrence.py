"""When rules occur, and how they are told."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from table_copilot_jupyter.tools.base import ToolError
from table_copilot_jupyter.tools.recurrence import begin_rrule, describe_rrule, next_occurrence, validate_rrule

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = datetime(2026, 11, 18, 10, 30, tzinfo=BERLIN)


def following(rule: str, after: datetime, start: datetime | None = None, timezone: ZoneInfo = BERLIN) -> str | None:
    found = next_occurrence(rule, after=after, timezone=timezone, start=start or after)
    return found.isoformat() if found else None


def occurrences(rule: str, after: datetime, number: int) -> list[str]:
    found = []
    moment = after
    for _ in range(number):
        following_moment = next_occurrence(rule, after=moment, timezone=BERLIN, start=after)
        if following_moment is None:
            break
        found.append(f"{following_moment:%m-%d %H:%M%z}")
        moment = following_moment
    return found


def test_every_monday_9am_stays_9am_when_the_clocks_change() -> None:
    before = datetime(2026, 10, 19, 9, tzinfo=BERLIN)
    assert occurrences("FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0", before, 2) == [
        "10-26 09:00+0100",
        "11-02 09:00+0100",
    ]
    assert before.strftime("%z") == "+0200"


def test_a_time_that_the_clocks_skip_moves_forward_on_that_day_only() -> None:
    before = datetime(2027, 3, 26, 12, tzinfo=BERLIN)
    rule = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"
    assert occurrences(rule, before, 3) == ["03-27 02:30+0100", "03-28 03:30+0200", "03-29 02:30+0200"]


def test_a_moved_time_does_not_swallow_the_one_it_overtakes() -> None:
    before = datetime(2027, 3, 28, 1, tzinfo=BERLIN)
    rule = "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,30"
    assert occurrences(rule, before, 3) == ["03-28 03:00+0200", "03-28 03:30+0200", "03-29 02:00+0200"]


def test_a_time_that_comes_twice_occurs_once_and_first() -> None:
    before = datetime(2026, 10, 24, 12, tzinfo=BERLIN)
    rule = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"
    assert occurrences(rule, before, 2) == ["10-25 02:30+0200", "10-26 02:30+0100"]


def test_every_two_hours_counts_elapsed_time_over_a_change_of_clocks() -> None:
    before = datetime(2026, 10, 25, 0, 30, tzinfo=BERLIN)
    assert occurrences("FREQ=HOURLY;INTERVAL=2", before, 3) == [
        "10-25 02:30+0200",
        "10-25 03:30+0100",
        "10-25 05:30+0100",
    ]


def test_every_second_week_keeps_its_weeks_wherever_one_asks_from() -> None:
    rule = "DTSTART:20261116T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9;BYMINUTE=0"
    assert occurrences(rule, WEDNESDAY, 2) == ["11-30 09:00+0100", "12-14 09:00+0100"]
    assert following(rule, datetime(2026, 12, 1, tzinfo=BERLIN)) == "2026-12-14T09:00:00+01:00"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=31;BYHOUR=9;BYMINUTE=0", "2026-12-31T09:00:00+01:00"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=9;BYMINUTE=0", "2026-11-30T09:00:00+01:00"),
        ("FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=9;BYMINUTE=0", "2026-11-27T09:00:00+01:00"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=9;BYMINUTE=0", "2028-02-29T09:00:00+01:00"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=9;BYMINUTE=0", "2026-11-30T09:00:00+01:00"),
        ("FREQ=MINUTELY;INTERVAL=30;BYHOUR=9,10;BYDAY=TH", "2026-11-19T09:00:00+01:00"),
        ("FREQ=HOURLY;BYMINUTE=0", "2026-11-18T11:00:00+01:00"),
    ],
)
@pytest.mark.parametrize("years_ago", [0, 7])
def test_rules_go_on_the_same_however_long_ago_they_began(rule: str, expected: str, years_ago: int) -> None:
    assert following(rule, WEDNESDAY, WEDNESDAY.replace(year=WEDNESDAY.year - years_ago)) == expected


def test_count_ends_a_rule() -> None:
    rule = "DTSTART:20261119T090000\nRRULE:FREQ=DAILY;COUNT=2;BYHOUR=9;BYMINUTE=0"
    assert occurrences(rule, WEDNESDAY, 5) == ["11-19 09:00+0100", "11-20 09:00+0100"]
    assert occurrences("DTSTART:20261118T110000\nRRULE:FREQ=HOURLY;COUNT=2", WEDNESDAY, 5) == [
        "11-18 11:00+0100",
        "11-18 12:00+0100",
    ]


@pytest.mark.parametrize(
    ("until", "expected"),
    [("20261120", 2), ("20261120T085959", 1), ("20261120T080000Z", 2), ("20261120T075959Z", 1), ("20261101", 0)],
)
def test_until_ends_a_rule(until: str, expected: int) -> None:
    assert len(occurrences(f"FREQ=DAILY;UNTIL={until};BYHOUR=9;BYMINUTE=0", WEDNESDAY, 5)) == expected


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;COUNT=1000;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYSETPOS=2",
        "FREQ=HOURLY;INTERVAL=2;BYHOUR=3",
        "FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU;BYMONTH=6",
    ],
)
def test_a_rule_that_never_occurs_is_found_out_quickly(rule: str) -> None:
    began = time.process_time()
    assert following(rule, WEDNESDAY) is None
    assert time.process_time() - began < 3
    with pytest.raises(ToolError, match="no occurrence"):
        begin_rrule(rule, start=WEDNESDAY, after=WEDNESDAY, timezone=BERLIN)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("FREQ=SECONDLY", "more often than every minute"),
        ("FREQ=DAILY;BYSECOND=10,20", "more often than every minute"),
        ("FREQ=SOMETIMES", "FREQ is 'SOMETIMES'"),
        ("BYDAY=MO", "FREQ is ''"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL is '0'"),
        ("FREQ=DAILY;INTERVAL=9999999", "INTERVAL"),
        ("FREQ=DAILY;COUNT=100000", "COUNT"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "both COUNT and UNTIL"),
        ("FREQ=DAILY;UNTIL=20270230", "UNTIL is '20270230'"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY has 'XX'"),
        ("FREQ=WEEKLY;BYDAY=0MO", "BYDAY has '0MO'"),
        ("FREQ=WEEKLY;BYDAY=1MO", "MONTHLY or YEARLY"),
        ("FREQ=DAILY;BYHOUR=25", "BYHOUR is '25'"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYEASTER=0", "BYEASTER=0 is not known"),
        ("FREQ=MONTHLY;BYWEEKNO=3", "need FREQ=YEARLY"),
        ("FREQ=MINUTELY;BYSETPOS=3", "BYSETPOS"),
        ("FREQ=DAILY;FREQ=WEEKLY", "FREQ=WEEKLY"),
        ("FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=0,10,20,30,40", "120 times a day"),
        ("DTSTART:20261399T000000\nRRULE:FREQ=DAILY", "20261399T000000"),
        ("DTSTART:00010101\nRRULE:FREQ=DAILY", "out of range"),
        ("FREQ=DAILY;" + "X" * 600, "at most 500"),
    ],
)
def test_what_can_not_be_used_is_refused_with_the_reason(rule: str, reason: str) -> None:
    with pytest.raises(ToolError, match=reason):
        validate_rrule(rule)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=9", "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9"),
        ("freq=weekly;byday=fr,mo;interval=1;wkst=mo", "FREQ=WEEKLY;BYDAY=MO,FR;WKST=MO"),
        ("FREQ=MONTHLY;BYMONTHDAY=+15,01;BYSECOND=0", "FREQ=MONTHLY;BYMONTHDAY=1,15"),
        ("DTSTART:20261123\nRRULE:FREQ=DAILY", "DTSTART:20261123T000000\nRRULE:FREQ=DAILY"),
    ],
)
def test_a_rule_has_one_stored_form(text: str, stored: str) -> None:
    assert validate_rrule(text) == stored
    assert validate_rrule(stored) == stored


@pytest.mark.parametrize(
    ("text", "first", "stored"),
    [
        ("FREQ=WEEKLY", "2026-11-25T10:30", "FREQ=WEEKLY;BYDAY=WE;BYHOUR=10;BYMINUTE=30"),
        ("FREQ=MONTHLY;BYHOUR=9", "2026-12-18T09:00", "FREQ=MONTHLY;BYMONTHDAY=18;BYHOUR=9;BYMINUTE=0"),
        ("FREQ=YEARLY", "2027-11-18T10:30", "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=18;BYHOUR=10;BYMINUTE=30"),
        ("FREQ=HOURLY;BYHOUR=9,12", "2026-11-18T12:30", "FREQ=HOURLY;BYHOUR=9,12;BYMINUTE=30"),
        ("FREQ=HOURLY", "2026-11-18T11:30", "DTSTART:20261118T113000\nRRULE:FREQ=HOURLY"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9",
            "2026-11-23T09:00",
            "DTSTART:20261123T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9;BYMINUTE=0",
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20261116T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2",
            "2026-11-30T09:00",
            "DTSTART:20261116T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9;BYMINUTE=0",
        ),
        (
            "DTSTART:20261201T080000Z\nRRULE:FREQ=DAILY;COUNT=3",
            "2026-12-01T09:00",
            "DTSTART:20261201T090000\nRRULE:FREQ=DAILY;COUNT=3;BYHOUR=9;BYMINUTE=0",
        ),
    ],
)
def test_a_stored_rule_says_all_that_its_beginning_told(text: str, first: str, stored: str) -> None:
    due, rule = begin_rrule(text, start=WEDNESDAY, after=WEDNESDAY, timezone=BERLIN)
    assert (f"{due:%Y-%m-%dT%H:%M}", rule) == (first, stored)


def test_a_rule_of_another_zone_is_refused() -> None:
    rule = "DTSTART;TZID=Asia/Tokyo:20261116T090000\nRRULE:FREQ=DAILY"
    with pytest.raises(ToolError, match="Asia/Tokyo"):
        begin_rrule(rule, start=WEDNESDAY, after=WEDNESDAY, timezone=BERLIN)


@pytest.mark.parametrize(
    ("rule", "english", "chinese"),
    [
        ("FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0", "every Monday at 09:00", "每周一 09:00"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9;BYMINUTE=0", "every weekday at 09:00", "每个工作日 09:00"),
        ("FREQ=WEEKLY;BYDAY=SA,SU", "every weekend", "每个周末"),
        ("FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0", "every day at 08:00 and 20:00", "每天 08:00、20:00"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;BYHOUR=9;BYMINUTE=0",
            "every 2 weeks on Monday and Friday at 09:00",
            "每2周的周一、周五 09:00",
        ),
        ("DTSTART:20261118T113000\nRRULE:FREQ=HOURLY;INTERVAL=2", "every 2 hours", "每2小时"),
        ("FREQ=MINUTELY", "every minute", "每分钟"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,22;BYHOUR=9;BYMINUTE=5",
            "every month on the 1st and 22nd at 09:05",
            "每月1日、22日 09:05",
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day", "每月最后一天"),
        ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=13", "every 3 months on the 13th", "每3个月13日"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday", "每月最后一个周五"),
        (
            "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=3;BYHOUR=9;BYMINUTE=0",
            "every year on 3 March at 09:00",
            "每年3月3日 09:00",
        ),
        ("FREQ=DAILY;COUNT=5", "every day, 5 times", "每天，共5次"),
        ("FREQ=DAILY;UNTIL=20261231", "every day, until 31 December 2026", "每天，到2026年12月31日"),
        ("FREQ=YEARLY;BYYEARDAY=100", "by the rule FREQ=YEARLY;BYYEARDAY=100", "按规则 FREQ=YEARLY;BYYEARDAY=100"),
        ("FREQ=HOURLY;BYMINUTE=0", "by the rule FREQ=HOURLY;BYMINUTE=0", "按规则 FREQ=HOURLY;BYMINUTE=0"),
        ("FREQ=MONTHLY;BYMONTHDAY=-2", "by the rule FREQ=MONTHLY;BYMONTHDAY=-2", "按规则 FREQ=MONTHLY;BYMONTHDAY=-2"),
    ],
)
def test_rules_are_told_in_words(rule: str, english: str, chinese: str) -> None:
    assert describe_rrule(rule) == english
    assert describe_rrule(rule, "zh") == chinese


def test_the_time_can_be_left_out_of_the_words() -> None:
    assert describe_rrule("FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0", with_time=False) == "every Monday"


rules = st.builds(
    lambda frequency, interval, parts: ";".join([f"FREQ={frequency}", f"INTERVAL={interval}", *parts]),
    st.sampled_from(["MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 30),
    st.lists(
        st.sampled_from(
            ["BYDAY=MO,FR", "BYHOUR=2,3", "BYMINUTE=0,30", "BYMONTHDAY=31,-1", "BYMONTH=2,3,10", "BYHOUR=9"]
        ),
        unique_by=lambda part: part.partition("=")[0],
        max_size=3,
    ),
)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))


@settings(max_examples=60, deadline=None)
@given(rules, moments, moments, st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"]))
def test_the_next_occurrence_is_always_later_and_none_lies_between(
    rule: str, start: datetime, after: datetime, zone: str
) -> None:
    timezone = ZoneInfo(zone)
    found = next_occurrence(rule, after=after, timezone=timezone, start=start)
    if found is not None:
        assert found.astimezone(UTC) > after
        between = after + (found.astimezone(UTC) - after) / 2
        assert next_occurrence(rule, after=between, timezone=timezone, start=start) == found
