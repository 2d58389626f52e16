"""Rows that stand for all of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from table_copilot_jupyter.kernel.probe.sampling import spread, stretches


@given(st.integers(0, 10**9), st.integers(2, 500))
def test_positions_are_in_order_without_repetition_and_reach_from_the_first_to_the_last_row(rows, wanted):
    positions = spread(rows, wanted)
    assert len(positions) == min(rows, wanted)
    assert positions == sorted(set(positions))
    if rows:
        assert (positions[0], positions[-1]) == (0, rows - 1)


def test_rows_that_alternate_are_sampled_alike():
    positions = spread(1_000_000, 10_000)
    for period in (2, 3, 10, 100):
        shares = [sum(position % period == rest for position in positions) / 10_000 for rest in range(period)]
        assert max(shares) - min(shares) < 0.02


@given(st.integers(0, 10**9), st.integers(64, 10**6))
def test_stretches_hold_about_as_many_rows_as_wanted_and_reach_both_ends(rows, wanted):
    spans = stretches(rows, wanted)
    assert sum(stop - start for start, stop in spans) <= max(wanted, 64)
    if rows:
        assert (spans[0][0], spans[-1][1]) == (0, rows)
    assert all(0 <= start < stop <= rows for start, stop in spans)
