"""What the link's tests have kernels run instead of the probe: operations that show what a link must cope with."""

import sys
import threading
import time

cancelled = {}


def handle(namespace, request):
    operation = globals().get("op_" + request["op"])
    if operation is None:
        return {"ok": False, "error": {"message": f"The kernel knows no operation {request['op']!r}.", "hint": "Ask."}}
    return {"ok": True, "value": operation(namespace, request["arguments"])}


def op_echo(namespace, arguments):
    return dict(arguments)


def op_names(namespace, arguments):
    return {"names": sorted(name for name in namespace)}


def op_where(namespace, arguments):
    thread = threading.current_thread()
    return {"main": thread is threading.main_thread(), "modules": [name for name in sys.modules if "copilot" in name]}


def op_nap(namespace, arguments):
    time.sleep(arguments["seconds"])
    return {"slept": arguments["seconds"]}


def op_query(namespace, arguments):
    """Runs until it is cancelled; before it can be, it takes a moment."""
    time.sleep(arguments.get("young_s", 0))
    mark = cancelled[arguments["call_id"]] = threading.Event()
    namespace["query_ran"] = True
    mark.wait()
    namespace["query_cancelled"] = True
    return {}


def op_cancel(namespace, arguments):
    if arguments["call_id"] in cancelled:
        cancelled[arguments["call_id"]].set()
    return {}


def op_run(namespace, arguments):
    exec(arguments["code"], namespace)
    return {}


def op_text(namespace, arguments):
    return {"text": "x" * arguments["length"]}


def op_evaluate(namespace, arguments):
    return {"value": eval(arguments["expression"], namespace)}


def op_crash(namespace, arguments):
    raise ValueError("a secret value")


def op_print(namespace, arguments):
    print("printed by a library")
    return {}
