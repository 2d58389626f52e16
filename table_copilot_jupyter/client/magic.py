"""``%copilot`` and ``%%copilot``.

The message reaches the copilot as it was typed; see ``options`` for what may stand before it and
``transformer`` for how it gets past IPython. The turn runs on the background loop; this, the main thread,
renders, asks and can be interrupted.
"""

from __future__ import annotations

import contextvars
import os
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from . import completion, transformer
from .language import user_language
from .options import OptionError, Options, parse_line, short_usage, usage
from .words import Words


def load(ipython: Any) -> None:
    """Add the magics, the input transforms and the completions to a shell."""
    transformer.install(ipython)
    completion.install(ipython)
    ipython.register_magics(CopilotMagics)


def unload(ipython: Any) -> None:
    """Take back what ``load`` added."""
    transformer.remove(ipython)
    completion.remove(ipython)
    for kind in ("line", "cell"):
        ipython.magics_manager.magics[kind].pop("copilot", None)
    ipython.magics_manager.registry.pop(CopilotMagics.__name__, None)


@magics_class
class CopilotMagics(Magics):  # type: ignore[misc]  # IPython is not type checked
    """Talks in the notebook's session, unless a line names another."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._watch: Any = None
        self._cell = contextvars.copy_context()

    @no_var_expand  # type: ignore[untyped-decorator]
    @line_cell_magic  # type: ignore[untyped-decorator]
    def copilot(self, line: str, cell: str | None = None) -> Any:
        """Ask the copilot; ``%copilot --help`` shows how."""
        words = Words(user_language.of_line(line if cell is None else f"{line}\n{cell}"))
        try:
            options = parse_line(line, words)
        except OptionError as error:
            raise UsageError(str(error)) from None
        message = message_of(options, cell)
        if options.help:
            print(usage(words))
            return None
        if not message.strip():
            print(short_usage(words))
            return None
        return self._ask(message, options)

    def _ask(self, message: str, options: Options) -> Any:
        from .dialogue import converse
        from .errors import CopilotClientError, without_stack
        from .kernel_side import kernel_side
        from .loop import wait_for
        from .prompting import Prompter
        from .session_choice import notebook_session
        from .transcript import Transcript
        from .turn import Turn

        words = Words(user_language.of(message))
        try:
            # what is shown from another thread belongs below the cell that ran last
            self._cell = contextvars.copy_context()
            connection, session_id, state = wait_for(self._open(options))
            transcript = Transcript(state.sent, state.results)
            view = self._view(transcript, words, quiet=options.quiet)
            turn = Turn(connection, session_id, message, kernel=kernel_side(), words=words)
            self._watch.turn_runs = True
            try:
                answer = converse(turn, session_id, transcript, view, Prompter(options.answers, words))
            except CopilotClientError as error:
                error.shown = transcript.error is not None and not options.quiet
                raise
            finally:
                self._watch.turn_runs = False
        except CopilotClientError as error:
            error.words = words
            raise
        except KeyboardInterrupt as error:
            without_stack(error, words)
            raise
        if answer.switch_to:
            notebook_session.session_id = answer.switch_to
        if not options.quiet:
            answer.shown_in = self.shell.execution_count
        self.shell.user_ns["_copilot"] = answer
        return answer

    async def _open(self, options: Options) -> Any:
        """(connection, session id, its state), attached; on the background loop."""
        from .discovery import shared_connection
        from .session_choice import attach_own, notebook_identity

        connection = await shared_connection()
        watch = self._watched()
        session_id = options.session
        if session_id is None:
            session_id = await attach_own(connection, notebook_identity(os.environ, self.shell.user_ns), watch.follow)
        state = await connection.attach(session_id)
        completion.learned.ask(connection)
        if options.model:
            await connection.request({"type": "configure", "session_id": session_id, "model": options.model})
        return connection, session_id, state

    def _watched(self) -> Any:
        from .reminders import ReminderWatch, show_in_notebook, show_in_terminal

        if self._watch is None:
            show = show_in_notebook if shows_html(self.shell) else show_in_terminal
            self._watch = ReminderWatch(lambda events: self._cell.copy().run(show, events, Words(user_language.now())))
        return self._watch

    def _view(self, transcript: Any, words: Words, *, quiet: bool) -> Any:
        from .render import NotebookView, QuietView, TerminalView

        if quiet:
            return QuietView()
        view = NotebookView if shows_html(self.shell) else TerminalView
        return view(transcript, words=words)


def message_of(options: Options, cell: str | None) -> str:
    """The message of a line, or of a cell with whatever stands on its first line."""
    if cell is None:
        return options.prompt
    body = cell.strip("\r\n")
    return f"{options.prompt}\n{body}" if options.prompt.strip() else body


def shows_html(shell: Any) -> bool:
    """Whether the front end shows HTML and takes updates: not a terminal, nor a console on a kernel."""
    if getattr(shell, "kernel", None) is None:
        return False
    parent = os.environ.get("JPY_PARENT_PID", "")
    if os.environ.get("JPY_SESSION_NAME") or not parent.isdigit():
        return True
    import psutil

    try:
        command = psutil.Process(int(parent)).cmdline()[:3]
    except psutil.Error:
        return True
    names = [os.path.basename(word).replace("_", "-") for word in command]
    return not ("jupyter-console" in names or {"console", "jupyter"} <= set(names))
