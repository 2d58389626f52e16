"""What runs in the user's kernel: lists, describes and queries tables, runs code, and keeps the gate.

These modules are sent to the kernel as source (``kernel/bundle.py``) and run there under a name of their own, so
the kernel's environment needs nothing of ours. They therefore import each other and the standard library only;
DuckDB and the DataFrame libraries are imported inside functions, and only where they are there already or are
needed for what was asked. They run on Python 3.9 and newer.

``entry.handle`` is the one way in. Everything that it returns under ``model`` has passed the gate.
"""
