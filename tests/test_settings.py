"""Settings: the environment wins over .env, both over the configuration; keys show nowhere."""

import json
import pickle
from dataclasses import asdict

import pytest

from table_copilot_jupyter.settings import Secret, SettingError, Settings, load_settings, redact


def test_without_anything_there_is_no_key_and_the_defaults_hold():
    settings = load_settings({})
    assert not settings.openrouter_api_key
    assert settings.openrouter_base_url == "https://openrouter.ai/api/v1"
    assert settings.openai_base_url == "https://api.openai.com/v1"


def test_the_environment_wins_over_dotenv_and_dotenv_over_the_configuration(tmp_path):
    (tmp_path / ".env").write_text("MODEL_NAME=from-dotenv\nOPENAI_BASE_URL=http://dotenv/v1\n")
    configured = {"model_name": "configured", "openai_base_url": "http://configured/v1", "ollama_host": "configured"}
    settings = load_settings({"MODEL_NAME": "from-environment"}, root=tmp_path, configured=configured)
    assert settings.model_name == "from-environment"
    assert settings.openai_base_url == "http://dotenv/v1"
    assert settings.ollama_host == "configured"


def test_dotenv_never_enters_the_process_environment(tmp_path, monkeypatch):
    import os

    (tmp_path / ".env").write_text("OPENROUTER_API_KEY=sk-canary\n")
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)
    assert load_settings(root=tmp_path).openrouter_api_key.reveal() == "sk-canary"
    assert "OPENROUTER_API_KEY" not in os.environ


@pytest.mark.parametrize(
    ("environment", "key"),
    [
        ({"OPENAI_KEY": "a"}, "a"),
        ({"OPENAI_API_KEY": "b"}, "b"),
        ({"OPENAI_KEY": "a", "OPENAI_API_KEY": "b"}, "b"),
        ({"OPENAI_KEY": "a", "OPENAI_API_KEY": " "}, "a"),
    ],
)
def test_both_names_of_the_openai_key_are_read(environment, key):
    assert load_settings(environment).openai_api_key.reveal() == key


@pytest.mark.parametrize("value", ["soon", "-1"])
def test_a_number_that_is_none_is_named(value):
    with pytest.raises(SettingError, match=repr(value)):
        load_settings({"TABLE_COPILOT_TURN_TIMEOUT": value})


# --- privacy --------------------------------------------------------------------------------------

LEVELS = ["names", "schema", "aggregates", "rows"]


def ceiling(tmp_path, configured, dotenv, environment):
    """The ceiling in force where three sources each set one, or none."""
    if dotenv:
        (tmp_path / ".env").write_text(f"TABLE_COPILOT_PRIVACY_CEILING={dotenv}\n")
    return load_settings(
        {"TABLE_COPILOT_PRIVACY_CEILING": environment} if environment else {},
        root=tmp_path,
        configured={"privacy_ceiling": configured} if configured else {},
    ).privacy_ceiling


def test_without_anything_models_may_be_shown_what_a_session_chooses():
    settings = load_settings({})
    assert (settings.privacy, settings.privacy_ceiling, settings.column_names) == ("", "rows", "clear")


@pytest.mark.parametrize("configured", [None, *LEVELS])
@pytest.mark.parametrize("dotenv", [None, "schema", "rows"])
@pytest.mark.parametrize("environment", [None, *LEVELS])
def test_of_all_sources_the_strictest_ceiling_counts(tmp_path, configured, dotenv, environment):
    given = [level for level in (configured, dotenv, environment) if level]
    assert ceiling(tmp_path, configured, dotenv, environment) == min(given, key=LEVELS.index, default="rows")


@pytest.mark.parametrize(
    ("configured", "environment", "names"),
    [("clear", "masked", "masked"), ("masked", "clear", "masked"), ("clear", "clear", "clear")],
)
def test_names_that_one_source_masks_no_other_unmasks(configured, environment, names):
    settings = load_settings({"TABLE_COPILOT_COLUMN_NAMES": environment}, configured={"column_names": configured})
    assert settings.column_names == names


def test_the_default_level_is_the_strongest_sources_even_if_it_is_higher():
    settings = load_settings({"TABLE_COPILOT_PRIVACY": " Rows "}, configured={"privacy": "names"})
    assert settings.privacy == "rows"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("TABLE_COPILOT_PRIVACY", "'names', 'schema', 'aggregates', 'rows'"),
        ("TABLE_COPILOT_PRIVACY_CEILING", "'names', 'schema', 'aggregates', 'rows'"),
        ("TABLE_COPILOT_COLUMN_NAMES", "'clear', 'masked'"),
    ],
)
def test_a_word_that_is_none_of_the_choices_is_named(name, known):
    with pytest.raises(SettingError, match=f"from the environment is 'hidden'; it must be one of {known}"):
        load_settings({name: "hidden"})


# --- keys -----------------------------------------------------------------------------------------


def test_a_key_shows_in_no_text():
    settings = Settings(openai_api_key=Secret("sk-canary"))
    for text in (
        repr(settings),
        str(settings),
        f"{settings.openai_api_key}",
        json.dumps(asdict(settings), default=str),
    ):
        assert "sk-canary" not in text
    with pytest.raises(TypeError):
        pickle.dumps(settings)


def test_a_key_that_somebody_else_quotes_is_redacted():
    settings = Settings(openrouter_api_key=Secret("sk-canary"))
    assert redact("Incorrect API key: sk-canary.", settings) == "Incorrect API key: ***."
