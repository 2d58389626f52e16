"""Which of its two languages the product speaks."""

import pytest

from table_copilot_jupyter.language import of_environment, spoken


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("which island has the heaviest penguins?", "en"),
        ("哪个岛上的企鹅最重？", "zh"),
        ("按 species 画出 body_mass_g", "zh"),
        ("what does 企鹅 mean in the species column?", "en"),
        ("㐀", "zh"),
        ("", None),
        ("1 + 1 = ?", None),
    ],
)
def test_the_language_of_a_message_is_what_most_of_it_is_in(text: str, language: str | None) -> None:
    assert spoken(text) == language


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "zh_TW:en"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "TABLE_COPILOT_LANGUAGE": "en"}, "en"),
        ({"LANG": "en_US.UTF-8", "TABLE_COPILOT_LANGUAGE": "zh"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_variable_wins_over_the_locale(environment: dict[str, str], language: str) -> None:
    assert of_environment(environment) == language
