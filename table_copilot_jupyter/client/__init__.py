"""What runs in the user's kernel: the ``%copilot`` magic, ``Copilot`` for Python, and the way to the server.

Nothing heavy is imported here or at ``%load_ext``; websockets, the Markdown renderer and the in-kernel
host come with the first message.
"""
