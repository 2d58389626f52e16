"""Who answers: the provider in force, its model, and one connection pool for each.

The first that is set up is in force: OpenRouter, OpenAI, Ollama, and without any of them the built-in
offline model. A key goes to the base URL of its own provider and nowhere else; redirects are not followed.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from ..protocol import CopilotError, ErrorCode
from ..settings import OPENAI_MODEL, OPENROUTER_MODEL, Settings
from .base import ModelChoice

if TYPE_CHECKING:
    from openai import AsyncOpenAI

Provider = Literal["openrouter", "openai", "ollama", "offline"]

OFFLINE = ModelChoice(provider="offline", name="offline", host="")
OLLAMA_MODEL = "llama3.2"
OLLAMA_PORT = 11434
CONNECT_TIMEOUT = 10.0
DEFAULT_MODELS: dict[Provider, str] = {
    "openrouter": OPENROUTER_MODEL,
    "openai": OPENAI_MODEL,
    "ollama": OLLAMA_MODEL,
    "offline": OFFLINE.name,
}


def provider_in_force(settings: Settings) -> Provider:
    """The first provider that is set up."""
    if settings.openrouter_api_key:
        return "openrouter"
    if settings.openai_api_key:
        return "openai"
    return "ollama" if settings.ollama_host else "offline"


def resolve_model(settings: Settings, name: str | None = None) -> ModelChoice:
    """What answers to ``name``; None for the model that is set up. ``"offline"`` is always there.

    Raises CopilotError for a name that can't be one, and for any name where no provider is set up.
    """
    provider = provider_in_force(settings)
    if name is None:
        if provider == "offline" or settings.model_name == OFFLINE.name:
            return OFFLINE
        name = settings.model_name or DEFAULT_MODELS[provider]
    if name == OFFLINE.name:
        return OFFLINE
    if not name or len(name) > 200 or not name.isprintable() or any(character.isspace() for character in name):
        raise CopilotError(
            ErrorCode.MODEL_UNAVAILABLE,
            f"{name!r} is not the name of a model.",
            f"Use a name such as {DEFAULT_MODELS[provider]!r}.",
        )
    if provider == "offline":
        raise CopilotError(
            ErrorCode.MODEL_UNAVAILABLE,
            f"No provider is set up for the model {name!r}.",
            "Set OPENROUTER_API_KEY, OPENAI_API_KEY or OLLAMA_HOST and start the server again, or use 'offline'.",
        )
    return ModelChoice(provider=provider, name=name, host=_host(base_url(settings, provider)))


def available_models(settings: Settings) -> list[ModelChoice]:
    """The models to offer: the one that is set up first, the provider's default, and the offline model."""
    choices = [resolve_model(settings)]
    provider = provider_in_force(settings)
    for name in (DEFAULT_MODELS[provider], OFFLINE.name):
        choice = resolve_model(settings, name)
        if choice not in choices:
            choices.append(choice)
    return choices


def base_url(settings: Settings, provider: Provider) -> str:
    """Where ``provider`` is asked; empty for the offline model."""
    if provider == "openrouter":
        return settings.openrouter_base_url
    if provider == "openai":
        return settings.openai_base_url
    return ollama_url(settings.ollama_host) if provider == "ollama" else ""


def ollama_url(host: str) -> str:
    """Ollama's OpenAI-compatible address from ``OLLAMA_HOST``: a host, a host and port, or a whole URL."""
    text = host.strip().rstrip("/")
    if "://" not in text:
        bare, separator, port = text.rpartition(":")
        if not separator or not port.isdigit():
            bare, port = text, str(OLLAMA_PORT)
        text = f"http://{bare or '127.0.0.1'}:{port}"
    # 0.0.0.0 is where a server listens, not where it is reached
    text = text.replace("://0.0.0.0", "://127.0.0.1", 1)
    return text if urlsplit(text).path else f"{text}/v1"


def _host(url: str) -> str:
    """Host and port of ``url``, without a user or password that it may carry."""
    return urlsplit(url).netloc.rpartition("@")[2]


class SharedClients:
    """One ``AsyncOpenAI`` for each provider: building one costs 20 ms, sharing it keeps connections warm.

    They belong to the event loop that first uses them; ``close`` ends them.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._clients: dict[Provider, AsyncOpenAI] = {}
        self._lock = threading.Lock()

    def get(self, choice: ModelChoice) -> AsyncOpenAI:
        """The client for ``choice``'s provider. May be called from any thread."""
        with self._lock:
            client = self._clients.get(choice.provider)
            if client is None:
                client = self._clients[choice.provider] = self._build(choice.provider)
            return client

    async def close(self) -> None:
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.close()

    def _build(self, provider: Provider) -> AsyncOpenAI:
        from openai import AsyncOpenAI, Timeout

        key = {
            "openrouter": self._settings.openrouter_api_key.reveal(),
            "openai": self._settings.openai_api_key.reveal(),
        }.get(provider, "none")
        client = AsyncOpenAI(
            api_key=key,
            base_url=base_url(self._settings, provider),
            max_retries=0,  # we retry ourselves, and only before the first byte
            timeout=Timeout(None, connect=CONNECT_TIMEOUT),  # reads have the idle deadline of the stream
        )
        if provider != "openai":
            # openai reads these from the environment; they are of no concern to another provider
            client.organization = None
            client.project = None
        return client
