/** The panel's commands. Their labels follow the language; `changed` tells Jupyter to ask for them again. */
import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { ICommandPalette, IToolbarWidgetRegistry } from "@jupyterlab/apputils";
import type { Cell } from "@jupyterlab/cells";
import { CommandToolbarButton } from "@jupyterlab/ui-components";
import type { CommandRegistry } from "@lumino/commands";
import type { ReadonlyPartialJSONObject } from "@lumino/coreutils";
import { DisposableSet, type IDisposable } from "@lumino/disposable";
import type { CellInNotebook, Notebooks } from "./notebooks";
import { copilotIcon } from "./panel";
import type { PanelWords } from "./words";

export const COMMANDS = {
  open: "table-copilot:open",
  newSession: "table-copilot:new-session",
  askSelection: "table-copilot:ask-selection",
  explainError: "table-copilot:explain-error",
  fixError: "table-copilot:fix-error",
  stop: "table-copilot:stop",
} as const;

export interface CommandTarget {
  readonly words: PanelWords;
  readonly panelVisible: boolean;
  readonly running: boolean;
  /** Shows the panel and puts the focus into it, or hides it: with `toggle` when it is visible, else when it has the focus. */
  open(toggle: boolean): void;
  newSession(): Promise<void>;
  stop(): void;
  ask(cell: CellInNotebook): Promise<void>;
  askAboutFailure(kind: "explain" | "fix", cell: CellInNotebook): Promise<void>;
}

export interface Commands extends IDisposable {
  changed(...ids: string[]): void;
}

export function addCommands(
  app: JupyterFrontEnd,
  palette: ICommandPalette | null,
  notebooks: Notebooks,
  target: CommandTarget,
): Commands {
  const { commands } = app;
  const added = new DisposableSet();
  // A toolbar marks its calls, and our buttons at a cell name its notebook; the context menu is marked in the schema.
  const inToolbar = (args: ReadonlyPartialJSONObject): boolean => args["toolbar"] === true;
  const cellOf = (args: ReadonlyPartialJSONObject): CellInNotebook | null =>
    args["menu"] === true
      ? notebooks.cellAt(app.contextMenuHitTest((node) => node.classList.contains("jp-Cell")))
      : notebooks.activeCell(args["notebookId"]);
  const hasFailure = (args: ReadonlyPartialJSONObject): boolean => Boolean(cellOf(args)?.failure);

  added.add(
    commands.addCommand(COMMANDS.open, {
      label: () => target.words.open,
      caption: () => target.words.caption,
      icon: copilotIcon,
      isToggleable: true,
      isToggled: () => target.panelVisible,
      execute: (args) => target.open(args["toggle"] === true || inToolbar(args)),
    }),
  );
  added.add(
    commands.addCommand(COMMANDS.newSession, {
      label: () => target.words.newSession,
      execute: () => target.newSession(),
    }),
  );
  added.add(
    commands.addCommand(COMMANDS.askSelection, {
      label: () => target.words.askCell,
      isEnabled: (args) => cellOf(args) !== null,
      async execute(args) {
        const cell = cellOf(args);
        if (cell !== null) await target.ask(cell);
      },
    }),
  );
  for (const [id, kind] of [
    [COMMANDS.explainError, "explain"],
    [COMMANDS.fixError, "fix"],
  ] as const) {
    added.add(
      commands.addCommand(id, {
        label: (args) => target.words[inToolbar(args) ? kind : (`${kind}Error` as const)],
        caption: () => target.words.sendsError,
        isVisible: hasFailure,
        isEnabled: hasFailure,
        async execute(args) {
          const cell = cellOf(args);
          if (cell !== null) await target.askAboutFailure(kind, cell);
        },
      }),
    );
  }
  added.add(
    commands.addCommand(COMMANDS.stop, {
      label: () => target.words.stop,
      isEnabled: () => target.running,
      execute: () => target.stop(),
    }),
  );
  if (palette !== null) {
    for (const command of Object.values(COMMANDS)) added.add(palette.addItem({ command, category: "Table Copilot" }));
  }
  return {
    get isDisposed() {
      return added.isDisposed;
    },
    dispose: () => added.dispose(),
    changed(...ids) {
      for (const id of ids.length > 0 ? ids : Object.values(COMMANDS)) {
        if (commands.hasCommand(id)) commands.notifyCommandChanged(id);
      }
    },
  };
}

/**
 * Explain and Fix at a failed cell. Jupyter's own buttons would not tell whose cell they belong to, and speak of the
 * notebook in front where several are side by side. The names are those in the schema.
 */
export function addCellButtons(
  toolbars: IToolbarWidgetRegistry,
  commands: CommandRegistry,
  notebooks: Notebooks,
): void {
  for (const [name, id] of [
    ["table-copilot-explain", COMMANDS.explainError],
    ["table-copilot-fix", COMMANDS.fixError],
  ] as const) {
    toolbars.addFactory<Cell>("Cell", name, (cell) => {
      const notebookId = notebooks.of(cell)?.id ?? null;
      return new CommandToolbarButton({ commands, id, args: { toolbar: true, notebookId } });
    });
  }
}
