"""What looks secret: names of columns, and values in a text. It never passes to the model, at any level.

``hides`` reads a name word by word (``user_password``, ``apiKey``, ``credit card``), so that ``token_count`` and
``secretary`` are left alone. ``redacted`` replaces values by ``[secret]``: keys with a known prefix, private keys,
tokens in headers, passwords in addresses, values that are assigned to a name that ``hides`` knows, and long random
tokens.

Random tokens are told from words by how often lower case, upper case and digits alternate. UUIDs and hexadecimal
digests (git, MD5, SHA) stay, because they are far more often identifiers than secrets; where one is assigned to a
secret name it goes. Every pattern starts where a word starts and has bounded repeats, or is followed by hand, so the
time is linear in the text's length whatever the text is.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

SECRET = "[secret]"
"""What stands in place of a value."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORDS = _words(
    "password passwords passwd pwd passphrase passcode pin cvv cvv2 cvc cvc2 ssn iban secret secrets token "
    "credential credentials otp totp apikey apikeys secretkey privatekey accesskey authkey authtoken accesstoken "
    "refreshtoken sessiontoken creditcard cardnumber "
    # German, Dutch, Danish, Norwegian, Swedish, Finnish
    "passwort passwoerter kennwort kreditkarte kreditkartennummer geheimnis zugangsdaten wachtwoord adgangskode "
    "passord losenord salasana "
    # French, Spanish, Portuguese, Polish, Czech, Turkish, Russian
    "motdepasse mdp contrasena senha segredo haslo heslo sifre пароль пароли токен секрет"
)
_PARTS = ("password", "passwd", "passphrase", "apikey", "credential", "passwort", "kennwort", "wachtwoord", "пароль")
"""They make a word secret wherever they stand in it (``dbpassword``); no other word holds them."""

_PHRASES = _words(
    "api_key api_keys secret_key private_key access_key signing_key encryption_key auth_key account_key shared_key "
    "master_key ssh_key api_tokens access_tokens auth_tokens user_pass db_pass database_pass admin_pass root_pass "
    "smtp_pass ftp_pass credit_card debit_card card_number cc_number card_no social_security security_code "
    "passport_number passport_no mot_de_passe carte_bancaire carte_de_credit cle_privee cle_api clave_privada "
    "clave_secreta clave_api tarjeta_credito tarjeta_de_credito cartao_credito cartao_de_credito carta_di_credito "
    "chiave_privata ключ_api закрытый_ключ номер_карты"
)
_UNSPACED = _words(
    "密码 密碼 口令 密钥 密鑰 秘钥 私钥 金鑰 令牌 身份证号 身份證號 信用卡 银行卡号 "
    "パスワード 暗証番号 秘密鍵 トークン クレジットカード 비밀번호 암호 토큰 주민등록번호 신용카드"
)
"""Languages that put no space between words."""

_MEASURES = _words(
    "count counts length len size total type kind policy strength entropy expiry expires expired "
    "expiration at on date time age limit limits usage used rate cost price budget enabled required changed updated "
    "created rotated attempts index position"
)
"""As the last word they turn a secret into something about it: ``token_count``, ``password_changed_at``."""

_ABOUT = _words("has is was num n max min mean avg total count requires needs")
"""As the first word they do the same: ``has_password``, ``max_token``."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SPLIT = re.compile(r"[\W_]+")
_LONGEST_NAME = 200


@lru_cache(maxsize=4096)
def hides(column_name: str) -> bool:
    """Whether a column (or variable, or field) of this name holds secrets, by its name alone."""
    name = column_name[:_LONGEST_NAME]
    if any(part in name for part in _UNSPACED):
        return True
    words = [word for word in _SPLIT.split(_folded(_CAMEL.sub(" ", name))) if word]
    if not words:
        return False
    if len(words) > 1 and (words[-1] in _MEASURES or words[0] in _ABOUT):
        return False
    return _has_phrase(words) or any(word in _WORDS or any(part in word for part in _PARTS) for word in words)


def _folded(text: str) -> str:
    """Without case and accents: ``Contraseña`` is ``contrasena``. Marks on other letters than Latin stay."""
    text = text.casefold().replace("ı", "i").replace("ł", "l")
    if text.isascii():
        return text
    plain: list[str] = []
    for char in unicodedata.normalize("NFKC", text):
        base = unicodedata.normalize("NFD", char)
        plain.append(base[0] if base[0].isascii() else char)
    return "".join(plain)


def _has_phrase(words: Sequence[str]) -> bool:
    return any(
        "_".join(words[start : start + size]) in _PHRASES for size in (2, 3) for start in range(len(words) - size + 1)
    )


_PREFIXED = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"sk-[A-Za-z0-9_-]{16,400}|[srp]k_(?:live|test)_[A-Za-z0-9]{10,200}|(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"
    r"|gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}|glpat-[A-Za-z0-9_-]{16,200}"
    r"|xox[a-z]-[A-Za-z0-9-]{10,255}|xapp-[A-Za-z0-9-]{10,255}|AIza[A-Za-z0-9_-]{30,100}|ya29\.[A-Za-z0-9_-]{20,400}"
    r"|hf_[A-Za-z0-9]{20,100}|npm_[A-Za-z0-9]{30,100}|pypi-[A-Za-z0-9_-]{40,400}|gsk_[A-Za-z0-9]{30,100}"
    r"|xai-[A-Za-z0-9]{40,200}|r8_[A-Za-z0-9]{30,100}|dapi[a-f0-9]{32}|SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,100}"
    r"|hooks\.slack\.com/services/[A-Za-z0-9/]{10,100}|[0-9]{8,10}:AA[A-Za-z0-9_-]{33}"
    r")"
)
_JWT = re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)?")
_HEADER = re.compile(r"(?<![A-Za-z0-9])(Bearer|Basic|Token)([ \t]{1,4})([A-Za-z0-9+/._~=-]{8,4000})", re.IGNORECASE)
_ADDRESS = re.compile(r"://([^\s/:@\"'<>]{0,200}):([^\s/\"'<>]{1,400})@")
_ASSIGNED = re.compile(
    r"((?:%s)(?=([\w-]{0,20}))\2\\{0,2}[\"']?\]?[ \t]{0,4}(?:=>|:=|=(?!=)|:(?!=)|：)[ \t]{0,4})"
    r"(?:\\{0,2}\"([^\"\n]{1,4000})|\\{0,2}'([^'\n]{1,4000})|([^\s\"',;&)\]}\\][^\s\"',;&)\]}]{0,4000}))"
    % "|".join(
        _words(
            "pass pwd secret token credential key pin cvv cvc ssn iban otp card contrase senha clave haslo hasło heslo "
            "kennwort wachtwoord adgangskode lösenord losenord salasana mdp sifre şifre парол токен секрет "
            "密码 密碼 密钥 密鑰 口令 令牌 パスワード 비밀번호 암호 토큰"
        )
    )
)
"""A name's secret part and its end (once, without going back into it), a sign, and the value. For lowered text."""

_BARE = 5
"""The group of a value without quotes."""

_LONGEST_VALUE = 4000
_CODE = re.compile(r"(?:(?:[a-z_]\w{0,40}\.){1,5}[a-z_]\w{0,40}|getpass|getenv|environ|input)[\[(]")
"""A call or a look-up that yields the value, as code has it: ``os.environ["KEY"]``."""

_NO_SECRET = _words(
    "none null nil true false nan na str int float bytes bool any optional string yes no [secret [secret]"
)
_TOKEN = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{32,}={0,2}")
_HEX = re.compile(r"(?:0x)?(?:[0-9a-f-]+|[0-9A-F-]+)")
_CLASSES = str.maketrans(
    {
        **{chr(c): "a" for c in range(97, 123)},
        **{chr(c): "A" for c in range(65, 91)},
        **{chr(c): "0" for c in range(48, 58)},
    }
)
_RUNS = re.compile(r"a+|A+|0+|[^aA0]+")
_BEGIN, _END = "-----BEGIN ", "-----END "


def redacted(text: str) -> str:
    """The text with ``[secret]`` in place of each value that looks secret. Applied twice it changes nothing more."""
    text = _without_private_keys(text)
    text = _HEADER.sub(_header, text)
    text = _ADDRESS.sub(r"://\1:%s@" % SECRET, text)
    text = _without_assigned(text)
    text = _PREFIXED.sub(SECRET, text)
    text = _JWT.sub(SECRET, text)
    return _TOKEN.sub(_token, text)


def _without_private_keys(text: str) -> str:
    """PEM blocks of private keys go; one without an end goes up to the end of the text."""
    kept: list[str] = []
    start = 0
    while (begin := text.find(_BEGIN, start)) >= 0:
        label = text[begin + len(_BEGIN) : begin + 80].split("-----", 1)[0]
        if not label.endswith(("PRIVATE KEY", "PRIVATE KEY BLOCK")):
            kept.append(text[start : begin + len(_BEGIN)])
            start = begin + len(_BEGIN)
            continue
        kept += [text[start:begin], SECRET]
        end = text.find(_END, begin)
        if end < 0:
            return "".join(kept)
        close = text.find("-----", end + len(_END), end + 80)
        start = close + 5 if close >= 0 else end + len(_END)
    kept.append(text[start:])
    return "".join(kept)


def _header(match: re.Match[str]) -> str:
    """``Bearer`` and ``Basic`` are words of English too, so what follows has to look like a token."""
    scheme, space, value = match.groups()
    if scheme.lower() == "basic":
        try:
            secret = b":" in base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            secret = False
    else:
        secret = len(value) >= 16 and any(char.isdigit() for char in value)
    return scheme + space + SECRET if secret else match.group()


def _without_assigned(text: str) -> str:
    """``password=…``, ``"token": "…"``: searched in lower case, which is many times faster than without case."""
    kept: list[str] = []
    done = 0
    lowered = text.replace("İ", "I").lower()  # İ alone has a lower case of two characters
    for match in _ASSIGNED.finditer(lowered):
        start, end = match.span(match.lastindex or 0)
        if start < done:
            continue  # within a value that is left out already
        value = match.group(match.lastindex or 0)
        if value in _NO_SECRET or not hides(_name(text, match)):
            continue
        if match.lastindex == _BARE and _CODE.match(value):
            continue
        if value[0] in "[{(" and match.lastindex == _BARE:
            end = _closing(text, start)
        kept += text[done:start], SECRET
        done = end - value.endswith("\\")  # it belongs to the closing quote
    kept.append(text[done:])
    return "".join(kept)


def _closing(text: str, start: int) -> int:
    """Where a list or mapping that starts there ends, or a long piece of it if it doesn't."""
    depth = 0
    for position in range(start, min(len(text), start + _LONGEST_VALUE)):
        char = text[position]
        depth += (char in "[{(") - (char in ")}]")
        if depth == 0:
            return position + 1
    return min(len(text), start + _LONGEST_VALUE)


def _name(text: str, match: re.Match[str]) -> str:
    """The whole name that a value is assigned to: the match begins inside of it."""
    start = first = match.start()
    while first > 0 and start - first < 60 and (text[first - 1].isalnum() or text[first - 1] in "_-"):
        first -= 1
    return text[first : match.end(2)]


def _token(match: re.Match[str]) -> str:
    value = match.group()
    sample = value[:256]
    if _HEX.fullmatch(sample):
        return value
    classes = sample.translate(_CLASSES)
    kinds = set(classes)
    if sum(map(classes.count, "+/_-")) > 0.12 * len(classes):
        return value  # a path, or words
    if classes.count("0") < 2 and "AA" not in classes:
        return value  # aNameInCamelCase
    changes = len(_RUNS.findall(classes)) / len(classes)
    if kinds >= {"a", "A", "0"}:
        return SECRET if changes >= 0.4 else value
    return SECRET if kinds == {"a", "0"} and classes.count("0") >= 4 and changes >= 0.28 else value
