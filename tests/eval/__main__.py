"""``python tests/eval``: the command of ``runner.py``, with the tests' own helpers on the path."""

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path[1:1] = [str(TESTS), str(TESTS / "tables")]

from runner import main  # noqa: E402 - the path comes first

if __name__ == "__main__":
    sys.exit(main())
