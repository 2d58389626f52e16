"""Which language the user of this process is answered in."""

import pytest

from table_copilot_jupyter.client.language import UserLanguage, is_command

CHINESE, ENGLISH = "哪个岛的企鹅最重？", "which island has the heaviest penguins?"


@pytest.fixture
def user():
    return UserLanguage({})


def test_a_message_is_answered_in_its_own_language(user):
    assert [user.of(message) for message in (CHINESE, ENGLISH, CHINESE)] == ["zh", "en", "zh"]


@pytest.mark.parametrize("message", ["/privacy", "/new 企鹅和它们的岛", "42", ""])
def test_what_is_in_no_language_is_answered_in_that_of_the_message_before(user, message):
    assert user.of(message) == "en"
    user.of(CHINESE)
    assert user.of(message) == "zh"
    user.of(ENGLISH)
    assert user.of(message) == "en"


def test_what_was_not_said_to_the_model_is_not_remembered(user):
    user.of(ENGLISH)
    user.of("/new 企鹅和它们的岛")
    user.of_line(f"--sesion x {CHINESE}")
    user.of_messages([CHINESE])
    assert user.now() == "en"


def test_before_anything_was_said_the_environment_counts():
    user = UserLanguage({"LANG": "zh_CN.UTF-8"})
    assert (user.now(), user.of("/help"), user.of(ENGLISH), user.now()) == ("zh", "zh", "en", "en")


@pytest.mark.parametrize(("value", "language"), [("en", "en"), ("zh", "zh"), ("zh-CN", "zh")])
def test_what_is_set_wins_over_all_that_is_said(value, language):
    user = UserLanguage({"TABLE_COPILOT_LANGUAGE": value, "LANG": "zh_CN.UTF-8"})
    said = [user.of(CHINESE), user.of(ENGLISH), user.of("/help"), user.of_line(CHINESE), user.of_messages([ENGLISH])]
    assert {*said, user.now()} == {language}


def test_an_empty_setting_sets_nothing():
    assert UserLanguage({"TABLE_COPILOT_LANGUAGE": " ", "LANG": "en_US.UTF-8"}).of(CHINESE) == "zh"


def test_a_line_with_options_is_not_taken_for_english(user):
    user.of(CHINESE)
    assert user.of_line("--verbose --answer x") == "zh"
    assert UserLanguage({}).of_line("--verbose 哪个岛上的企鹅最重？") == "zh"


def test_a_conversation_is_in_the_language_of_what_was_said_last(user):
    assert user.of_messages(["42", "/help", CHINESE, ENGLISH]) == "zh"
    assert user.of_messages(iter([ENGLISH, CHINESE])) == "en"
    assert user.of_messages([]) == "en"


def test_a_message_that_begins_with_a_slash_is_no_command():
    assert [is_command(text) for text in ("/help", "//help", "help /x", " /help")] == [True, False, False, False]
