"""What the extension adds to the start of a Jupyter server, and ``%load_ext`` to a kernel.

Goals: less than 0.3 s until the server answers, less than 0.5 s for ``%load_ext``. The server's figure is the median
difference of starts with and without the extension, by turns.
"""

import statistics
import subprocess
import sys
import time

from streams import jupyter_server

ROUNDS = 5
LOAD = """
import time
from IPython.testing.globalipapp import start_ipython
shell = start_ipython()
began = time.perf_counter()
shell.run_line_magic("load_ext", "table_copilot_jupyter")
print(time.perf_counter() - began)
"""


def start_s(*, enabled):
    began = time.perf_counter()
    with jupyter_server("http://127.0.0.1:9/v1", enabled=enabled):
        return time.perf_counter() - began


def test_the_server_starts_as_fast_as_without(capsys):
    start_s(enabled=True)  # compiles what was not imported yet
    added = [start_s(enabled=True) - start_s(enabled=False) for _ in range(ROUNDS)]
    with capsys.disabled():
        print(f"\nadded to the server's start: {statistics.median(added):+.2f} s (goal 0.3)")
    assert statistics.median(added) < 1.0


def test_loading_the_extension_into_a_kernel_is_quick(capsys):
    seconds = [float(subprocess.check_output([sys.executable, "-c", LOAD]).splitlines()[-1]) for _ in range(ROUNDS)]
    with capsys.disabled():
        print(f"\n%load_ext: {1000 * statistics.median(seconds):.0f} ms (goal 500)")
    assert statistics.median(seconds) < 0.5
