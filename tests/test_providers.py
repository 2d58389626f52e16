"""Which provider answers, under which name, and that a key goes nowhere else."""

from __future__ import annotations

import pytest

from table_copilot_jupyter.engine.base import ModelChoice
from table_copilot_jupyter.engine.providers import (
    OFFLINE,
    SharedClients,
    available_models,
    ollama_url,
    resolve_model,
)
from table_copilot_jupyter.protocol import CopilotError, ErrorCode
from table_copilot_jupyter.settings import Secret, Settings

OPENROUTER = Settings(openrouter_api_key=Secret("or-key"), openai_api_key=Secret("oa-key"), ollama_host="gpu")
OPENAI = Settings(openai_api_key=Secret("oa-key"), ollama_host="gpu")
OLLAMA = Settings(ollama_host="gpu")


class TestResolveModel:
    @pytest.mark.parametrize(
        ("settings", "choice"),
        [
            (OPENROUTER, ModelChoice("openrouter", "moonshotai/kimi-k2.5", "openrouter.ai")),
            (OPENAI, ModelChoice("openai", "gpt-4.1-mini", "api.openai.com")),
            (OLLAMA, ModelChoice("ollama", "llama3.2", "gpu:11434")),
            (Settings(), OFFLINE),
            (Settings(model_name="some/model"), OFFLINE),
        ],
    )
    def test_the_first_provider_that_is_set_up_is_in_force(self, settings, choice):
        assert resolve_model(settings) == choice

    def test_the_name_that_is_set_wins_over_the_default(self):
        assert resolve_model(Settings(openai_api_key=Secret("k"), model_name="gpt-9")).name == "gpt-9"

    def test_a_name_is_used_on_the_provider_in_force(self):
        assert resolve_model(OPENROUTER, "openai/gpt-9") == ModelChoice("openrouter", "openai/gpt-9", "openrouter.ai")

    def test_the_offline_model_is_always_there(self):
        assert resolve_model(OPENROUTER, "offline") == OFFLINE
        assert resolve_model(Settings(openai_api_key=Secret("k"), model_name="offline")) == OFFLINE

    @pytest.mark.parametrize("name", ["", " ", "two words", "a\nb", "x" * 201, "bell\a"])
    def test_what_can_not_be_a_name_is_refused(self, name):
        with pytest.raises(CopilotError, match="is not the name of a model") as caught:
            resolve_model(OPENROUTER, name)
        assert caught.value.code == ErrorCode.MODEL_UNAVAILABLE

    def test_without_a_provider_a_name_has_nobody_to_answer(self):
        with pytest.raises(CopilotError, match="Set OPENROUTER_API_KEY"):
            resolve_model(Settings(), "gpt-9")

    def test_the_host_never_shows_a_password(self):
        settings = Settings(openai_api_key=Secret("k"), openai_base_url="https://me:secret@proxy.example:8443/v1")
        assert resolve_model(settings).host == "proxy.example:8443"


class TestAvailableModels:
    def test_the_one_in_force_first_the_offline_one_last(self):
        settings = Settings(openai_api_key=Secret("k"), model_name="gpt-9")
        assert [choice.name for choice in available_models(settings)] == ["gpt-9", "gpt-4.1-mini", "offline"]
        assert available_models(Settings()) == [OFFLINE]


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("gpu", "http://gpu:11434/v1"),
        ("gpu:8080", "http://gpu:8080/v1"),
        (":8080", "http://127.0.0.1:8080/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080/v1"),
        ("[::1]:11434", "http://[::1]:11434/v1"),
        ("http://gpu:11434", "http://gpu:11434/v1"),
        ("http://gpu:11434/", "http://gpu:11434/v1"),
        ("https://models.example/ollama/v1", "https://models.example/ollama/v1"),
    ],
)
def test_ollamas_address_takes_every_common_form(host, url):
    assert ollama_url(host) == url


class TestSharedClients:
    async def test_one_client_for_each_provider(self):
        clients = SharedClients(OPENROUTER)
        first = clients.get(resolve_model(OPENROUTER))
        assert first is clients.get(resolve_model(OPENROUTER, "another/model"))
        await clients.close()
        assert first.is_closed()

    async def test_a_key_belongs_to_its_own_address(self, monkeypatch):
        monkeypatch.setenv("OPENAI_BASE_URL", "https://elsewhere.example/v1")
        monkeypatch.setenv("OPENAI_ORG_ID", "org-of-openai")
        monkeypatch.setenv("OPENAI_API_KEY", "key-of-the-environment")
        for settings, url, key, organization in (
            (OPENROUTER, "https://openrouter.ai/api/v1/", "or-key", None),
            (OPENAI, "https://api.openai.com/v1/", "oa-key", "org-of-openai"),
            (OLLAMA, "http://gpu:11434/v1/", "none", None),
        ):
            clients = SharedClients(settings)
            client = clients.get(resolve_model(settings))
            assert (str(client.base_url), client.api_key, client.organization) == (url, key, organization)
            assert client.max_retries == 0
            await clients.close()
