"""What answers here, as a surface is told."""

from fakes import Client
from hubs import running_hub

from table_copilot_jupyter.commands import COMMANDS
from table_copilot_jupyter.settings import Secret, Settings
from table_copilot_jupyter.version import __version__

KEY = "sk-or-canary-0123456789"


async def describe(tmp_path, **settings):
    async with running_hub(tmp_path, settings=Settings(timezone="UTC", **settings)) as hub:
        client = Client(hub)
        reply = await client.ask("describe")
        assert KEY not in client.transport.texts[-1]
        return reply


async def test_without_a_key_the_built_in_model_answers(tmp_path):
    about = await describe(tmp_path)
    assert about["type"] == "about"
    assert (about["version"], about["model"], about["offline"], about["persistent"]) == (
        *(__version__, "offline", True, True),
    )
    assert about["problem"] is None
    assert [model["name"] for model in about["models"]] == ["offline"]


async def test_with_a_key_its_provider_answers_and_every_model_says_where_it_runs(tmp_path):
    about = await describe(tmp_path, openrouter_api_key=Secret(KEY), model_name="moonshotai/kimi-k2.5")
    assert (about["model"], about["provider"], about["host"], about["offline"]) == (
        *("moonshotai/kimi-k2.5", "openrouter", "openrouter.ai", False),
    )
    assert about["models"][0] == {"name": "moonshotai/kimi-k2.5", "provider": "openrouter", "host": "openrouter.ai"}


async def test_a_model_that_can_not_be_had_is_a_problem_and_no_failure(tmp_path):
    about = await describe(tmp_path, openrouter_api_key=Secret(KEY), model_name="no model")
    assert (about["model"], about["offline"], about["models"]) == (None, False, [])
    assert "'no model'" in about["problem"]


async def test_agents_and_commands_are_those_that_work_here(tmp_path):
    about = await describe(tmp_path)
    assert {agent["name"] for agent in about["agents"]} == {"analyst", "copilot", "planner"}
    assert all(agent["description"] for agent in about["agents"])
    assert [command["name"] for command in about["commands"]] == list(COMMANDS)
    assert {"name": "new", "usage": "/new [title]", "summary": "Begin a new session"} in about["commands"]
