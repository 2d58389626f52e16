/** The open notebooks: what the panel asks of them, and cells put into them. */
import type { Cell, ICodeCellModel } from "@jupyterlab/cells";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import type { ServiceManager } from "@jupyterlab/services";
import type { CellTarget, Notebook } from "../chat/host";
import { failureOf, type FailedCell } from "./failure";

/** A code cell that something is asked about. */
export interface CellInNotebook extends FailedCell {
  readonly notebook: NotebookPanel;
  /** The type of the error that it ended with; null when it has none. */
  readonly failure: string | null;
}

export class Notebooks {
  constructor(
    private readonly tracker: INotebookTracker | null,
    private readonly services: ServiceManager.IManager,
  ) {}

  get front(): NotebookPanel | null {
    return this.tracker?.currentWidget ?? null;
  }

  get open(): NotebookPanel[] {
    return this.tracker?.filter((notebook) => !notebook.isDisposed) ?? [];
  }

  /** The path as the server's REST API has it, without the drive. */
  path(notebook: NotebookPanel): string {
    return this.services.contents.localPath(notebook.context.path);
  }

  /** Its kernel, also while the page is still connecting to it. */
  kernelId(notebook: NotebookPanel): string | null {
    const connected = notebook.sessionContext.session?.kernel?.id;
    if (connected !== undefined) return connected;
    const paths = [notebook.context.path, this.path(notebook)];
    for (const session of this.services.sessions.running()) {
      if (paths.includes(session.path)) return session.kernel?.id ?? null;
    }
    return null;
  }

  describe(notebook: NotebookPanel): Notebook {
    return { name: notebook.title.label, kernelId: this.kernelId(notebook) };
  }

  /** The active cell of the notebook with this widget id, else of the one in front; null when it is no code cell. */
  activeCell(notebookId?: unknown): CellInNotebook | null {
    const notebook = this.tracker?.find((candidate) => candidate.id === notebookId) ?? this.front;
    return notebook === null ? null : describeCell(notebook, notebook.content.activeCell);
  }

  /** The notebook that a cell is in. */
  of(cell: Cell): NotebookPanel | null {
    return this.open.find((notebook) => notebook.content.widgets.includes(cell)) ?? null;
  }

  /** The notebook that `node` is drawn in. */
  around(node: Node): NotebookPanel | null {
    return this.open.find((notebook) => notebook.node.contains(node)) ?? null;
  }

  /** The code cell that is drawn as `node`. */
  cellAt(node: HTMLElement | undefined): CellInNotebook | null {
    for (const notebook of this.open) {
      const cell = notebook.content.widgets.find((candidate) => candidate.node === node);
      if (cell !== undefined) return describeCell(notebook, cell);
    }
    return null;
  }

  /**
   * Puts code into the notebook: a new cell below the active one, or in place of the active cell's code. Either is
   * one step to undo. Only code cells are replaced; below another cell the code gets one of its own. False when the
   * notebook can't be changed.
   */
  insert(notebook: NotebookPanel, code: string, target: CellTarget): boolean {
    const { content, model } = notebook;
    if (model === null || model.readOnly) return false;
    const active = codeModel(content.activeCell);
    if (target === "active" && active !== null && active.getMetadata("editable") !== false) {
      active.sharedModel.setSource(code);
    } else {
      const index = content.activeCell === null ? model.cells.length : content.activeCellIndex + 1;
      // What a user has put in is trusted, as a cell is that was typed.
      model.sharedModel.insertCell(index, { cell_type: "code", source: code, metadata: { trusted: true } });
      content.deselectAll();
      content.activeCellIndex = index;
    }
    void content.scrollToItem(content.activeCellIndex);
    return true;
  }
}

function describeCell(notebook: NotebookPanel, cell: Cell | null): CellInNotebook | null {
  const model = codeModel(cell);
  if (model === null) return null;
  return {
    notebook,
    source: model.sharedModel.getSource(),
    language: notebook.model?.defaultKernelLanguage || "python",
    failure: failureOf(errorsOf(model)),
  };
}

/** Only these are made JSON: the other outputs may be large, and this is asked at every key. */
function* errorsOf({ outputs }: ICodeCellModel): Iterable<Readonly<Record<string, unknown>>> {
  for (let at = 0; at < outputs.length; at++) {
    const output = outputs.get(at);
    if (output.type === "error") yield output.toJSON();
  }
}

function codeModel(cell: Cell | null): ICodeCellModel | null {
  return cell?.model.type === "code" ? (cell.model as ICodeCellModel) : null;
}
