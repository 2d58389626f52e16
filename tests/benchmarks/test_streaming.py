"""Speed of a stream: the whole way through the socket of a real Jupyter server, with agents, tools and store.

Goals: 1,000 deltas in at most 0.45 of the plain openai client's time, at most 0.3 of its CPU, and at most 3 ms more
to the first token, with a history of 100 messages too. The first token is that of a short answer: while 1,000 deltas
come at full speed, provider, server and this process share the machine's two cores, and what is measured is who waits.
"""

import pytest
from openai import AsyncOpenAI
from streams import jupyter_server, median, openai_answer, percentile, provider, settled, surface

# What fails a run lies above the goals, where no noise of a shared machine reaches: these are benchmarks.
MOST_TIME, MOST_CPU, MOST_ADDED_MS, MOST_LATE_MS = 0.8, 0.6, 12, 30
ROUNDS = 15
DELTAS = 1000


@pytest.fixture(scope="module")
def base_url():
    with provider() as url:
        yield url


@pytest.fixture(scope="module")
def server(base_url):
    with jupyter_server(base_url) as server:
        yield server


async def test_a_thousand_deltas(base_url, server, capsys):
    prompt = f"@deltas:{DELTAS}"
    plain, mine = await samples(base_url, server, prompt)
    time_ratio = median(mine, "total") / median(plain, "total")
    cpu, plain_cpu = (sum(s.cpu for s in samples) / ROUNDS for samples in (mine, plain))  # counted in 10 ms steps
    cpu_ratio = cpu / plain_cpu
    with capsys.disabled():
        print(
            f"\n1,000 deltas: {1000 * median(mine, 'total'):.1f} ms against {1000 * median(plain, 'total'):.1f} ms of "
            f"the openai client: {time_ratio:.2f} (goal 0.45)\n"
            f"CPU per delta: {1e6 * cpu / DELTAS:.0f} µs against {1e6 * plain_cpu / DELTAS:.0f} µs: "
            f"{cpu_ratio:.2f} (goal 0.3)"
        )
    assert time_ratio <= MOST_TIME
    assert cpu_ratio <= MOST_CPU


async def test_the_first_token(base_url, server, capsys):
    plain, mine = await samples(base_url, server, "@deltas:5")
    added = 1000 * (median(mine, "first") - median(plain, "first"))
    with capsys.disabled():
        print(f"\nfirst token: {1000 * median(mine, 'first'):.1f} ms, {added:+.1f} ms (goal +3)")
    assert added <= MOST_ADDED_MS


async def samples(base_url, server, prompt):
    """The same answer, by turns through the plain client and through the copilot, without a history."""
    async with AsyncOpenAI(api_key="sk-benchmark", base_url=base_url) as client, surface(server) as ours:
        await settled(server)
        plain, mine = [], []
        for number in range(ROUNDS + 2):
            reference = await openai_answer(client, prompt)
            await ours.begin_anew()
            answer = await ours.answer(prompt)
            if number >= 2:  # the first ones warm up
                plain.append(reference)
                mine.append(answer)
    return plain, mine


async def test_the_first_token_with_a_history_of_a_hundred_messages(base_url, server, capsys):
    history = []
    async with AsyncOpenAI(api_key="sk-benchmark", base_url=base_url) as client, surface(server, "long") as ours:
        for n in range(50):
            prompt = f"message {n} of a long conversation about penguins and their islands @deltas:20"
            await ours.answer(prompt)
            history += [{"role": "user", "content": prompt}, {"role": "assistant", "content": "word " * 20}]
        plain, mine = [], []
        for _ in range(ROUNDS):
            plain.append(await openai_answer(client, "@deltas:5", history))
            mine.append(await ours.answer("@deltas:5"))
    added = 1000 * (median(mine, "first") - median(plain, "first"))
    late = 1000 * (percentile([s.first for s in mine], 0.95) - median(plain, "first"))
    with capsys.disabled():
        print(
            f"\nfirst token after 100 messages: {1000 * median(mine, 'first'):.1f} ms, {added:+.1f} ms (goal +3), "
            f"p95 {late:+.1f} ms (goal +10)"
        )
    assert added <= MOST_ADDED_MS
    assert late <= MOST_LATE_MS
