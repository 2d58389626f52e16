"""A session's events as Python sees them."""

from fake_server import RESULT

from table_copilot_jupyter.client.conversation import Conversation
from table_copilot_jupyter.client.mime import TABLE
from table_copilot_jupyter.client.plain import part_text
from table_copilot_jupyter.client.words import ENGLISH


class Log:
    """Makes numbered events, and hands them on."""

    def __init__(self):
        self.conversation = Conversation()
        self.seq = 0
        self.finished = []

    def add(self, kind, **fields):
        self.seq += 1
        event = {"type": kind, "session_id": "s", "seq": self.seq, "at": f"2026-01-01T00:00:{self.seq:02}Z", **fields}
        message = self.conversation.take(event)
        if message is not None:
            self.finished.append(message)
        return self.seq

    def say(self, message_id, content, **fields):
        return self.add("user_message", message_id=message_id, content=content, surface="widget", **fields)

    def begin(self, message_id):
        return self.add("turn_started", turn_id=f"t-{message_id}", message_id=message_id, agent="copilot", model="m")

    def answer(self, message_id, content, **fields):
        turn = {"turn_id": f"t-{message_id}", "agent": "copilot"}
        return self.add("message", message_id=f"a-{message_id}", content=content, **{**turn, **fields})

    def end(self, message_id, reason="complete"):
        return self.add("turn_finished", turn_id=f"t-{message_id}", reason=reason)

    def turn(self, message_id, content, answer):
        first = self.say(message_id, content)
        self.begin(message_id)
        self.add("sent", turn_id=f"t-{message_id}", model="m", host="h", bytes=100, tables=[])
        self.answer(message_id, answer)
        self.end(message_id)
        return first

    @property
    def contents(self):
        return [(message["role"], message["content"]) for message in self.conversation.messages]

    @property
    def rounds(self):
        return [(one.said, one.transcript.text) for one in self.conversation.rounds]


def test_a_turn_is_a_message_of_each_side():
    log = Log()
    log.turn("m1", "hello", "Hi.")
    assert log.conversation.messages == [
        {"role": "user", "content": "hello", "at": "2026-01-01T00:00:01Z", "agent": None, "message_id": "m1"},
        {"role": "assistant", "content": "Hi.", "at": "2026-01-01T00:00:04Z", "agent": "copilot", "message_id": "a-m1"},
    ]
    assert log.finished == log.conversation.messages
    assert log.rounds == [("hello", "Hi.")]


def test_it_is_busy_from_the_turns_begin_to_its_end():
    log = Log()
    log.say("m1", "hello")
    assert not log.conversation.busy
    assert log.conversation.waiting == ["hello"]
    log.begin("m1")
    assert log.conversation.busy
    assert log.conversation.waiting == []
    log.end("m1")
    assert not log.conversation.busy


def test_it_knows_what_the_model_may_see():
    log = Log()
    assert log.conversation.privacy == ""
    log.add("session_updated", title="t", model="kimi", privacy="schema")
    assert (log.conversation.model, log.conversation.privacy) == ("kimi", "schema")


def test_an_answer_may_refer_to_a_result_of_an_earlier_turn():
    log = Log()
    log.say("m1", "how heavy?")
    log.begin("m1")
    turn = {"turn_id": "t-m1", "call_id": "c"}
    log.add("tool_started", tool="query_table", arguments={}, **turn)
    log.add("tool_output", mime={TABLE: RESULT}, **turn)
    log.answer("m1", "So heavy [q1].")
    log.end("m1")
    log.turn("m2", "and now?", "As before [q1].")
    assert [ref for _, ref in cited(log)] == [["q1"], ["q1"]]


def cited(log):
    return [(one.said, [evidence["ref"] for _, evidence in one.transcript.cited()]) for one in log.conversation.rounds]


def test_a_connection_that_is_lost_for_good_leaves_nothing_busy():
    log = Log()
    log.say("m1", "hello")
    log.begin("m1")
    log.conversation.take({"type": "connection_lost", "message": "gone", "hint": ""})
    assert not log.conversation.busy


def test_what_delegates_say_and_empty_words_are_no_messages():
    log = Log()
    log.say("m1", "hello")
    log.begin("m1")
    log.answer("m1", "inside", parent_call_id="c1")
    log.answer("m1", "  ")
    assert log.contents == [("user", "hello")]


def test_a_list_that_somebody_holds_does_not_change():
    log = Log()
    log.turn("m1", "hello", "Hi.")
    held = log.conversation.messages
    log.turn("m2", "more", "Yes.")
    assert len(held) == 2


def test_a_message_that_waits_stands_where_its_turn_begins():
    log = Log()
    log.say("m1", "first")
    log.begin("m1")
    log.say("m2", "second", queued=True)
    log.answer("m1", "One.")
    log.end("m1")
    log.begin("m2")
    log.answer("m2", "Two.")
    assert log.rounds == [("first", "One."), ("second", "Two.")]


def test_a_message_that_is_withdrawn_is_gone():
    log = Log()
    log.say("m1", "never mind", queued=True)
    log.add("message_withdrawn", message_id="m1")
    assert (log.contents, log.conversation.waiting) == ([], [])


def test_what_is_taken_back_is_gone_with_all_after_it():
    log = Log()
    log.turn("m1", "first", "One.")
    second = log.turn("m2", "second", "Two.")
    log.turn("m3", "third", "Three.")
    log.add("rewound", message_id="m2", first_seq=second)
    assert log.contents == [("user", "first"), ("assistant", "One.")]
    log.turn("m4", "another second", "2.")
    assert log.rounds == [("first", "One."), ("another second", "2.")]
    assert log.conversation.rounds[-1].transcript.sent.bytes == 400  # what was sent stays sent


def test_a_turn_that_a_message_had_waited_behind_stays_when_that_is_taken_back():
    log = Log()
    log.say("m1", "first")
    log.begin("m1")
    second = log.say("m2", "second", queued=True)
    log.answer("m1", "One.")
    log.end("m1")
    log.begin("m2")
    log.answer("m2", "Two.")
    log.end("m2")
    log.add("rewound", message_id="m2", first_seq=second)
    assert log.rounds == [("first", "One.")]
    assert not log.conversation.busy


def test_cleared_deleted_or_begun_anew_it_is_empty():
    for kind in ("cleared", "session_deleted", "reset"):
        log = Log()
        log.turn("m1", "hello", "Hi.")
        log.conversation.take({"type": kind})
        assert (log.contents, log.rounds, log.conversation.busy) == ([], [], False)


def test_the_model_is_the_one_that_the_session_chose():
    log = Log()
    log.add("session_updated", title="t", model="kimi")
    assert log.conversation.model == "kimi"
    log.add("session_updated", title="t", model=None)
    assert log.conversation.model == ""


def test_a_reminder_comes_by_itself():
    log = Log()
    log.add("reminder", reminder_id="r", content="stretch", due="now")
    ((said, part),) = [(one.said, one.transcript.parts[0]) for one in log.conversation.rounds]
    assert (said, part_text(part, ENGLISH)) == (None, "Reminder: stretch")


def test_unknown_events_change_nothing():
    log = Log()
    log.add("novelty", message_id=3, turn_id=None)
    log.conversation.take({})
    assert (log.contents, log.rounds) == ([], [])
