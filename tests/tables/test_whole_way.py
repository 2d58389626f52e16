"""From a message to the tables in a real kernel and back, through a real server."""

from __future__ import annotations

import asyncio
import json
import time

import websockets
from processes import TOKEN
from table_talk import PENGUINS, call, front_end, of, only, running_kernel, talk_about

TABLE = "application/vnd.table-copilot.table+json"
CHART = "application/vnd.table-copilot.chart+json"
RUN = "application/vnd.table-copilot.run+json"
BY_ISLAND = "SELECT island, avg(body_mass_g) AS mass FROM penguins GROUP BY island ORDER BY mass DESC"
SLEEP = "import time; time.sleep(30)"


async def test_a_question_becomes_a_query_a_table_an_answer_and_its_proof(talk):
    events = await talk.say(
        "Which island has the heaviest penguins?",
        call("query_table", sql=BY_ISLAND),
        answer="Biscoe, at 4,716 g on average [q1], before Dream with 3,713 g.",
        decide=lambda approval: "once",
    )
    shown = only(events, "tool_output")["mime"][TABLE]
    assert shown["rows"][0] == ["Biscoe", 4716.017964071856]
    assert await talk.kernel.value("_q1.to_dict('list')['island']") == ["Biscoe", "Dream", "Torgersen"]
    evidence = only(events, "evidence")
    assert evidence["refs"] == ["q1"]
    assert [mark["ref"] for mark in evidence["numbers"]] == ["q1", "q1"]


async def test_the_models_own_numbers_are_told_apart(talk):
    events = await talk.say(
        "How heavy are they?",
        call("query_table", sql=BY_ISLAND, show_only=True),
        answer="About 9,999 g, which is much.",
    )
    marks = only(events, "evidence")["numbers"]
    assert [(mark["text"], mark["ref"]) for mark in marks] == [("9,999", None)]


async def test_without_consent_the_model_is_told_no_value_and_the_user_all_of_them(talk):
    events = await talk.say(
        "Which island?", call("query_table", sql=BY_ISLAND), answer="See q1.", decide=lambda approval: "deny"
    )
    assert "Biscoe" in json.dumps(only(events, "tool_output"))
    assert "Biscoe" not in json.dumps(talk.model.requests())
    approval = only(events, "approval")
    assert approval["tool"] == "share_data"
    assert "Biscoe" in approval["arguments"]["preview"]
    assert (only(events, "tool_finished")["level"], of(events, "sent")[-1]["tables"][0]["rows"]) == ("schema", 0)


async def test_consent_for_the_session_raises_its_level_for_everyone_to_see(talk):
    query = call("query_table", sql="SELECT species FROM penguins LIMIT 2")
    events = await talk.say("Show two", query, decide=lambda approval: "session")
    assert [event["privacy"] for event in talk.client.events("session_updated")][-1] == "rows"
    events = await talk.say("And again", query)
    assert "Adelie" in only(events, "tool_finished")["content"]


async def test_what_was_read_under_a_higher_level_is_not_sent_under_a_lower_one(talk):
    await talk.ask("configure", privacy="rows")
    await talk.say("Which?", call("query_table", sql=BY_ISLAND), answer="Biscoe, 4716 g [q1].")
    assert "Biscoe" in json.dumps(talk.model.requests())
    talk.model.reset()
    await talk.ask("configure", privacy="schema")
    await talk.say("And now?", answer="I don't know.")
    sent = json.dumps(talk.model.requests())
    assert "Biscoe" not in sent
    assert "4716" not in sent


async def test_reading_goes_on_while_a_cell_runs(talk):
    await talk.say("warm up", call("list_tables"))
    talk.kernel.start(SLEEP)
    await asyncio.sleep(0.2)  # the cell has begun
    began = time.perf_counter()
    events = await talk.say(
        "What is there?",
        call("list_tables"),
        call("describe_table", name="penguins"),
        call("query_table", sql=BY_ISLAND, show_only=True),
        decide=lambda approval: "deny",
    )
    elapsed = time.perf_counter() - began
    assert all(event["ok"] for event in of(events, "tool_finished"))
    assert elapsed < 3.0  # three tools, four requests to the model, an approval
    talk.kernel.control("interrupt")


async def test_code_waits_for_no_cell(talk):
    talk.kernel.start(SLEEP)
    await asyncio.sleep(0.2)
    began = time.perf_counter()
    events = await talk.say("Run it", call("run_code", code="x = 1"), decide=lambda approval: "once")
    assert time.perf_counter() - began < 3.0
    assert "busy" in only(events, "tool_finished")["content"]
    talk.kernel.control("interrupt")
    await talk.kernel.run("pass")
    assert await talk.kernel.value("'x' in globals()") is False


async def test_code_runs_as_it_was_approved_and_tells_what_it_changed(talk):
    code = "heavy = penguins[penguins.body_mass_g > 5000]\nprint('Gentoo')\nlen(heavy)"
    approvals = []

    def decide(approval):
        approvals.append(approval["tool"])
        return "once" if approval["tool"] == "run_code" else "deny"

    events = await talk.say("Find the heavy ones", call("run_code", code=code), decide=decide)
    assert approvals == ["run_code", "share_data"]
    assert of(events, "approval")[0]["arguments"]["code"] == code
    shown = only(events, "tool_output")["mime"][RUN]
    assert shown["stdout"] == "Gentoo\n"
    assert shown["variables"]["new"] == ["heavy"]
    assert "heavy" in only(events, "tool_finished")["content"]
    assert "Gentoo" not in json.dumps([request["body"]["messages"][2:] for request in talk.model.requests()]).replace(
        "print('Gentoo')", ""
    )
    assert await talk.kernel.value("len(heavy)") == 61


async def test_allowed_for_the_session_the_same_code_runs_again_and_other_code_asks(talk):
    asked = []

    def decide(approval):
        asked.append(approval["arguments"].get("code"))
        return "session"

    for code in ("a = 1", "a = 1", "a = 2"):
        await talk.say("Run", call("run_code", code=code), decide=decide)
    assert asked == ["a = 1", "a = 2"]


async def test_the_last_error_is_told_without_its_values(talk):
    talk.kernel.start("secret = 'Torgersen-42'\n{}[secret]")
    await talk.kernel.run("pass")
    events = await talk.say("Why?", call("explain_error"), decide=lambda approval: "deny")
    told = only(events, "tool_finished")["content"]
    assert "KeyError" in told
    assert "{}[secret]" in told


async def test_a_chart_is_a_picture_everywhere(talk):
    spec = {"mark": "point", "encoding": {"x": {"field": "bill_length_mm"}, "y": {"field": "body_mass_g"}}}
    events = await talk.say("Plot", call("plot_table", table="penguins", spec=spec))
    mime = only(events, "tool_output")["mime"]
    assert mime["image/svg+xml"].startswith("<svg")
    assert len(mime[CHART]["spec"]["data"]["values"]) == 344


async def test_a_result_is_stale_when_its_table_has_changed_and_can_be_run_again(talk):
    await talk.say("Which?", call("query_table", sql=BY_ISLAND, show_only=True))
    fresh = await talk.ask("verify", refs=["q1", "q9"])
    assert [(item["ref"], item["state"]) for item in fresh["results"]] == [("q1", "fresh"), ("q9", "unknown")]
    await talk.kernel.run("penguins = penguins[penguins.island != 'Biscoe']")
    stale = await talk.ask("verify", refs=["q1"])
    assert (stale["results"][0]["state"], stale["results"][0]["reason"]) == ("stale", "penguins has changed since.")
    assert (await talk.ask("rerun", ref="q1"))["type"] == "ack"
    outputs = talk.client.events("tool_output")
    assert outputs[-1]["call_id"] == outputs[0]["call_id"]
    assert [row[0] for row in outputs[-1]["mime"][TABLE]["rows"]] == ["Dream", "Torgersen"]
    assert (await talk.ask("verify", refs=["q1"]))["results"][0]["state"] == "fresh"
    assert await talk.kernel.value("sorted(name for name in globals() if name.startswith('_q'))") == ["_q1"]


async def test_each_request_leaves_a_receipt_with_exactly_what_was_sent(talk):
    await talk.say("List them", call("list_tables"))
    receipts = (await talk.ask("list", what="receipts"))["receipts"]
    bodies = [request["body"] for request in talk.model.requests()]
    assert len(receipts) == len(bodies) == 2
    assert [len(receipt["tables"]) for receipt in receipts] == [0, 1]
    assert receipts[1]["tables"] == [{"name": "penguins", "level": "schema", "columns": 8, "rows": 0}]
    for receipt, body in zip(receipts, bodies, strict=True):
        payload = await talk.ask("receipt", receipt_id=receipt["receipt_id"])
        assert json.loads(payload["content"]) == body
        assert len(payload["content"].encode()) == receipt["bytes"]
    exported = await talk.ask("export", format="receipts")
    lines = [json.loads(line) for line in exported["content"].splitlines()]
    assert [line["payload"] for line in lines] == bodies


async def test_a_table_that_is_named_in_the_message_is_told_at_once(talk):
    events = await talk.say("How many rows has @penguins?", answer="344.")
    system = talk.model.requests()[0]["body"]["messages"][0]["content"]
    assert "bill_length_mm" in system
    assert only(events, "sent")["tables"][0]["name"] == "penguins"


async def test_the_tables_are_listed_for_the_surface_with_what_would_be_sent(talk):
    await talk.ask("configure", rules=[{"table": "penguins", "column": "sex", "level": "hidden"}])
    listed = await talk.ask("list", what="tables")
    (table,) = listed["tables"]
    assert (table["name"], table["rows"], table["column_count"], table["level"]) == ("penguins", 344, 8, "schema")
    assert {column["name"]: column["level"] for column in table["columns"]}["sex"] == "hidden"


async def test_masked_names_never_reach_the_model_and_are_translated_back(talk):
    await talk.ask("configure", names="masked")
    await talk.say("The mean of body_mass_g in @penguins?", call("list_tables"), answer="Wait.")
    sent = json.dumps(talk.model.requests())
    assert "body_mass_g" not in sent
    assert "penguins" not in sent.replace("palmerpenguins", "")
    told = talk.model.requests()[-1]["body"]["messages"][-1]["content"]
    masked = told.split("- ")[1].split(" ")[0]
    talk.model.reset()
    events = await talk.say(
        "Count them",
        call("query_table", sql=f"SELECT count(*) AS n FROM {masked}", show_only=True),
        answer=f"{masked} has 344 rows [q1].",
    )
    assert only(events, "tool_output")["mime"][TABLE]["rows"] == [[344]]
    assert of(events, "message")[-1]["content"] == "penguins has 344 rows [q1]."


async def test_after_a_restart_the_tables_are_gone_and_new_ones_are_seen(world, model):
    async with running_kernel(world, PENGUINS) as kernel, talk_about(world, model, kernel) as talk:
        await talk.say("List", call("list_tables"))
        kernel.control("restart")
        events = await talk.say("List", call("list_tables"))
        assert "penguins" not in only(events, "tool_finished")["content"]
        async with front_end(world, kernel.kernel_id, PENGUINS):
            events = await talk.say("List", call("list_tables"))
        assert "penguins" in only(events, "tool_finished")["content"]


async def test_one_session_may_be_about_two_kernels_in_turn(world, model, kernel):
    birds = "import pandas as pd\nbirds = pd.DataFrame({'a': [1]})"
    async with running_kernel(world, birds) as other, talk_about(world, model, kernel) as talk:
        events = await talk.say("List", call("list_tables"))
        assert "penguins" in only(events, "tool_finished")["content"]
        await talk.ask("configure", kernel_id=other.kernel_id)
        events = await talk.say("List", call("list_tables"))
        assert "birds" in only(events, "tool_finished")["content"]


async def test_a_kernel_that_was_shut_down_is_said_to_be_gone_at_once(world, model):
    async with running_kernel(world) as kernel, talk_about(world, model, kernel) as talk:
        await talk.say("List", call("list_tables"))
        kernel.client.shutdown()
        began = time.perf_counter()
        events = await talk.say("List", call("list_tables"))
        assert only(events, "tool_finished")["ok"] is False
        assert time.perf_counter() - began < 5.0


async def test_a_bare_client_that_names_a_kernel_sees_its_tables(world, kernel, model):
    model.script({"calls": [{"name": "list_tables", "arguments": "{}"}]}, {"text": "penguins it is."})
    url = world.address.replace("http", "ws", 1) + "table-copilot/ws"
    async with websockets.connect(url, additional_headers={"Authorization": f"token {TOKEN}"}, proxy=None) as socket:
        message = {"type": "message", "content": "@analyst what tables?", "kernel_id": kernel.kernel_id}
        await socket.send(json.dumps(message))
        assert json.loads(await socket.recv())["content"] == "penguins it is."
        await socket.send(json.dumps({"type": "message", "content": "/tables"}))
        assert "| `penguins` | pandas.DataFrame | 344 | 8 | schema |" in json.loads(await socket.recv())["content"]


async def test_a_bare_client_is_shown_results_whatever_the_model_may_read_of_them(world, kernel, model):
    sql = json.dumps({"sql": BY_ISLAND, "show_only": True})
    model.script({"calls": [{"name": "query_table", "arguments": sql}]}, {"text": "See q1."})
    url = world.address.replace("http", "ws", 1) + "table-copilot/ws"
    async with websockets.connect(url, additional_headers={"Authorization": f"token {TOKEN}"}, proxy=None) as socket:
        message = {"type": "message", "content": "@analyst which?", "kernel_id": kernel.kernel_id}
        await socket.send(json.dumps(message))
        content = json.loads(await socket.recv())["content"]
    assert content.startswith("q1 · 3 rows\n```\nisland")
    assert content.endswith("```\n\nSee q1.")
    assert "Biscoe" in content
    assert "Biscoe" not in json.dumps(model.requests())


async def test_without_a_kernel_the_tools_say_what_to_do(world, model):
    async with talk_about(world, model, None) as talk:
        events = await talk.say("List", call("list_tables"))
        assert "Ask from a notebook" in only(events, "tool_finished")["content"]
