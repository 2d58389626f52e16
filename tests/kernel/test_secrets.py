"""Names and values that look secret."""

from __future__ import annotations

import base64
import hashlib
import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from table_copilot_jupyter.kernel.probe.secrets import SECRET, hides, redacted

RANDOM = "tG7xQ2mZ9rK4vB8nW1pL6sD3fH5jY0cA"
"""A token as token_urlsafe makes them."""


@pytest.mark.parametrize(
    "name",
    [
        *("password", "Password", "PASSWORD", "user_password", "userPassword", "dbpassword", "password_hash", "passwd"),
        *("pwd", "token", "access_token", "refreshToken", "api_key", "API-Key", "x-api-key", "APIKey", "apikey"),
        *("secret", "client_secret", "secret_id", "AWS_SECRET_ACCESS_KEY", "private_key", "credentials", "pin"),
        *("pin_code", "otp", "cvv", "CVV2", "ssn", "SSN number", "iban", "credit_card", "creditCardNumber"),
        *("card number", "social_security_number", "passport_number", "db_pass"),
        *("Passwort", "Kreditkartennummer", "mot de passe", "Contraseña", "tarjeta_de_credito", "senha", "hasło"),
        *(
            "Şifre",
            "пароль",
            "пароль пользователя",
            "密码",
            "用户密码",
            "信用卡",
            "パスワード",
            "ログインパスワード",
            "비밀번호",
        ),
    ],
)
def test_a_name_that_promises_a_secret_is_hidden(name: str) -> None:
    assert hides(name)


@pytest.mark.parametrize(
    "name",
    [
        *("token_count", "max_tokens", "tokens", "tokenizer", "secretary", "keyboard", "pinball", "opinion", "spin"),
        *(
            "passenger",
            "pass",
            "pass_rate",
            "passed",
            "compass",
            "key",
            "primary_key",
            "card",
            "discard",
            "cardinality",
        ),
        *("password_changed_at", "has_password", "token_type", "credit_card_type", "n_tokens", "island", "number"),
        *("", "_", "42", "身高", "密度", "口味"),
    ],
)
def test_a_name_that_only_resembles_one_is_not(name: str) -> None:
    assert not hides(name)


@pytest.mark.parametrize(
    "value",
    [
        "sk-proj-abcDEF123456ghiJKL",
        "sk-ant-api03-" + RANDOM,
        "sk-or-v1-" + "0a" * 32,
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "a1B2" * 9,
        "github_pat_" + "11ABCDEFG0" * 4,
        "glpat-" + "xYz12_" * 4,
        "xoxb-123456789012-abcdefghijkl",
        "AIza" + "SyA-1234567890_abcdefghijklmnopqrstu",
        "hf_" + "AbCdEfGhIj" * 3,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
        RANDOM,
        "k3j9x0q8w7e6r5t4y3u2i1o0p9a8s7d6f5g4h3",
    ],
)
def test_a_key_is_left_out_wherever_it_stands(value: str) -> None:
    for text in (value, f"the key is {value}, keep it", f"('{value}', 3)", f"https://example.org/?x={value}&y=1"):
        told = redacted(text)
        assert value not in told
        assert told == text.replace(value, SECRET)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("password=hunter2 and more", "password=[secret] and more"),
        ("DB_PASSWORD = 'hunter 2'", "DB_PASSWORD = '[secret]'"),
        ('{"token": "abc", "n": 1}', '{"token": "[secret]", "n": 1}'),
        ('{\\"password\\": \\"x1\\"}', '{\\"password\\": \\"[secret]\\"}'),
        ("{'password': {0: 'hunter2', 1: 'x'}, 'n': 1}", "{'password': [secret], 'n': 1}"),
        ("password: [['hunter2', 'x']] end", "password: [secret] end"),
        ("https://x.org/?api_key=abc&q=1", "https://x.org/?api_key=[secret]&q=1"),
        ("host=x password=hunter2 dbname=y", "host=x password=[secret] dbname=y"),
        ("пароль: hunter2", "пароль: [secret]"),
        ("密码：hunter2", "密码：[secret]"),
        ("pin = 4711", "pin = [secret]"),
        ("PASSWORD='cut in the mid", "PASSWORD='[secret]"),
        ("postgresql://ada:hunter2@db.example.org/x", "postgresql://ada:[secret]@db.example.org/x"),
        ("redis://:p@ss@host", "redis://:[secret]@host"),
        ("Authorization: Bearer abcdefgh12345678", "Authorization: Bearer [secret]"),
        ("Authorization: Basic " + base64.b64encode(b"ada:hunter2").decode(), "Authorization: Basic [secret]"),
    ],
)
def test_a_value_that_is_given_to_a_secret_name_is_left_out(text: str, told: str) -> None:
    assert redacted(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "Basic information about bearer certificates",
        "max_tokens=4096, token_count=12, primary_key=3",
        "token: str = None",
        "if token == other",
        'password = os.environ["PASSWORD"]',
        "password = getpass('Password')",
        "https://example.org/a/b?q=1",
        "at 10:30 user@example.org wrote",
        str(uuid.UUID(int=0x1234567890ABCDEF1234567890ABCDEF)),
        hashlib.sha1(b"git").hexdigest(),
        hashlib.sha256(b"content").hexdigest(),
        "/home/ada/Projects/SomeThing2/measurements_2024_final_version.parquet",
        "getElementsByClassNameOfTheParentDocument2",
        "a" * 100,
        "2024-01-01T00:00:00.000000+00:00",
        "-----BEGIN CERTIFICATE-----",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redacted(text) == text


def test_a_private_key_is_left_out_as_a_whole() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----"
    assert redacted(f"a {key} b {key}") == "a [secret] b [secret]"


def test_a_private_key_that_is_cut_is_left_out_to_the_end() -> None:
    assert redacted("a -----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEA") == "a [secret]"


@given(
    st.lists(
        st.sampled_from(
            [
                "password",
                "token",
                "=",
                ":",
                '"',
                "'",
                " ",
                "\\",
                "[",
                "{",
                "]",
                "}",
                "[secret]",
                "://",
                "@",
                "Bearer ",
                "x1",
            ]
        ),
        max_size=25,
    ).map("".join)
)
def test_what_was_redacted_once_is_not_changed_again(text: str) -> None:
    once = redacted(text)
    assert redacted(once) == once


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "-", " ", "_", "key_", "token", "tokens ", "token=", "token=[", "password='", 'token="', "sk-", "eyJ"),
        *("eyJaaaaaaaa.", "://", "://a:b", "://a:", "-----BEGIN A-----", "-----BEGIN PRIVATE KEY-----", "Bearer "),
        *(
            "Basic aaaaaaaa ",
            "aA0",
            "aA0" * 10 + " ",
            "xoxb-",
            "ghp_a",
            "a=b ",
            "AKIA",
            "\\",
            "密",
            "密码",
            "İ",
            "0123456789:AA",
        ),
    ],
)
def test_hostile_text_costs_in_proportion_to_its_length(piece: str) -> None:
    text = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    assert _seconds(text) <= 12 * _seconds(text[:200_000])  # five times the length; a quadratic cost would be 25 times


def _seconds(text: str) -> float:
    """The least of five, in processor time: a busy machine adds to it."""
    return min(_once(text) for _ in range(5))


def _once(text: str) -> float:
    began = time.process_time()
    redacted(text)
    return time.process_time() - began
