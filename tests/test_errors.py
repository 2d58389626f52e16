"""Errors of the provider's libraries, in words: told by status and class name, whatever the version."""

from __future__ import annotations

import json

import httpx
import openai
import pytest

from table_copilot_jupyter.engine.base import ModelChoice
from table_copilot_jupyter.engine.errors import (
    IdleTimeout,
    MalformedStream,
    ProviderError,
    TruncatedStream,
    is_retryable,
    retry_after,
    to_copilot_error,
)
from table_copilot_jupyter.protocol import CopilotError, ErrorCode
from table_copilot_jupyter.settings import Secret, Settings

KEY = "sk-canary-42"
SETTINGS = Settings(openrouter_api_key=Secret(KEY))
CHOICE = ModelChoice("openrouter", "some/model", "openrouter.ai")
OLLAMA = ModelChoice("ollama", "llama3.2", "127.0.0.1:11434")


class StatusError(Exception):
    """As openai's ``APIStatusError``: known by its attributes alone."""

    def __init__(self, status: int, body: object = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"Error code: {status} - {body}")
        self.status_code = status
        self.body = body
        self.response = httpx.Response(status, headers=headers)


def told(error: BaseException, choice: ModelChoice = CHOICE) -> CopilotError:
    return to_copilot_error(error, choice, SETTINGS)


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (StatusError(401), ErrorCode.AUTH, "OpenRouter refused the key. Check OPENROUTER_API_KEY in the environment"),
        (StatusError(402), ErrorCode.AUTH, "Add credit"),
        (StatusError(404), ErrorCode.MODEL_UNAVAILABLE, "'some/model'. Set MODEL_NAME"),
        (StatusError(408), ErrorCode.TIMEOUT, "408"),
        (StatusError(413), ErrorCode.MODEL_ERROR, "too long for 'some/model'. Start a new session with /new"),
        (StatusError(429, headers={"retry-after": "7.2"}), ErrorCode.RATE_LIMITED, "Wait 8 s"),
        (StatusError(429), ErrorCode.RATE_LIMITED, "Wait a minute"),
        (StatusError(529), ErrorCode.MODEL_UNAVAILABLE, "(529)"),
        (StatusError(400, {"message": "This model's maximum context length is 8"}), ErrorCode.MODEL_ERROR, "/clear"),
        (StatusError(400, {"error": {"message": "prompt is too long"}}), ErrorCode.MODEL_ERROR, "/clear"),
        (StatusError(422, {"message": "odd\n\nrequest."}), ErrorCode.MODEL_ERROR, "(422): odd request."),
        (
            StatusError(502, {"message": "Bad", "metadata": {"raw": "upstream"}}),
            ErrorCode.MODEL_UNAVAILABLE,
            "upstream",
        ),
        (IdleTimeout(60), ErrorCode.TIMEOUT, "sent nothing for 60 s"),
        (TruncatedStream(), ErrorCode.MODEL_ERROR, "The model's connection ended before its answer did."),
        (MalformedStream("b'x' is not JSON"), ErrorCode.MODEL_ERROR, "could not be read"),
        (ProviderError("slow down", code="rate_limit_exceeded"), ErrorCode.RATE_LIMITED, "takes no more requests"),
        (ProviderError("no", code="context_length_exceeded"), ErrorCode.MODEL_ERROR, "/clear"),
        (ProviderError("fell over"), ErrorCode.MODEL_ERROR, "broke off with an error: fell over."),
        (httpx.ConnectError("refused"), ErrorCode.MODEL_UNAVAILABLE, "no connection to 'openrouter.ai'"),
        (httpx.ReadTimeout("slow"), ErrorCode.TIMEOUT, "did not answer in time"),
        (ConnectionResetError(), ErrorCode.MODEL_UNAVAILABLE, "no connection"),
        (TimeoutError(), ErrorCode.TIMEOUT, "did not answer in time"),
        (KeyError("x"), ErrorCode.INTERNAL, "KeyError"),
    ],
)
def test_every_fault_has_a_code_and_says_what_to_do(error, code, says):
    mapped = told(error)
    assert mapped.code == code
    assert says in str(mapped)
    assert mapped.hint


def test_openais_own_classes_are_understood():
    request = _request("https://openrouter.ai")
    assert told(openai.APIConnectionError(request=request)).code == ErrorCode.MODEL_UNAVAILABLE
    assert told(openai.APITimeoutError(request=request)).code == ErrorCode.TIMEOUT
    assert is_retryable(openai.APIConnectionError(request=request))


def _request(url: str):
    """A request of the HTTP library that the installed openai uses."""
    client = openai.AsyncOpenAI(api_key="k", base_url=url)
    return client._client.build_request("POST", url)


def test_no_key_comes_through_in_any_part():
    for error in (
        StatusError(400, {"message": f"bad key {KEY}"}),
        ProviderError(f"you sent {KEY}"),
        RuntimeError(KEY),
        CopilotError(ErrorCode.AUTH, KEY, KEY),
        MalformedStream(KEY),
    ):
        mapped = told(error)
        assert KEY not in json.dumps([mapped.message, mapped.hint, str(mapped)])


def test_a_long_reason_is_cut():
    assert len(told(StatusError(400, {"message": "x" * 5000})).message) < 400


def test_ollama_is_started_and_pulled_not_paid():
    assert "ollama serve" in told(httpx.ConnectError("refused"), OLLAMA).hint
    assert "ollama pull llama3.2" in told(StatusError(404), OLLAMA).hint
    assert "KEY" not in told(StatusError(401), OLLAMA).hint


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 529])
def test_passing_faults_are_tried_again(status):
    assert is_retryable(StatusError(status))


@pytest.mark.parametrize(
    "error", [StatusError(400), StatusError(401), StatusError(404), TruncatedStream(), ProviderError("x", status=503)]
)
def test_lasting_faults_and_begun_answers_are_not(error):
    assert not is_retryable(error)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_the_wait_that_is_asked_for(headers, seconds):
    assert retry_after(StatusError(429, headers=headers)) == seconds
