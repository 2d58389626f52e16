/** Tells when something about the open notebooks changed: which is in front, their kernels, what a cell did. */
import type { ICellModel } from "@jupyterlab/cells";
import { NotebookActions, type INotebookTracker, type NotebookPanel } from "@jupyterlab/notebook";
import type { IDisposable } from "@lumino/disposable";
import { Signal } from "@lumino/signaling";
import type { Notebooks } from "./notebooks";

export interface NotebookEvents {
  frontChanged(): void;
  kernelChanged(notebook: NotebookPanel): void;
  renamed(): void;
  /** The user has run a cell to its end. */
  cellRan(notebook: NotebookPanel): void;
  /** A cell became the active one, or the active one failed or fails no more. */
  activeCellChanged(): void;
}

export function watchNotebooks(tracker: INotebookTracker, notebooks: Notebooks, events: NotebookEvents): IDisposable {
  const owner = { isDisposed: false, dispose };
  /** The models whose changes are heard, one for each notebook. */
  const heard = new Map<NotebookPanel, { model: ICellModel; failed: boolean }>();

  const hasFailed = (notebook: NotebookPanel): boolean => Boolean(notebooks.activeCell(notebook.id)?.failure);

  function add(notebook: NotebookPanel): void {
    const hearContent = (): void => {
      const known = heard.get(notebook);
      const failed = hasFailed(notebook);
      if (known === undefined || known.failed === failed) return; // mostly: someone types
      known.failed = failed;
      events.activeCellChanged();
    };
    const hearActiveCell = (): void => {
      heard.get(notebook)?.model.contentChanged.disconnect(hearContent, owner);
      const model = notebook.content.activeCell?.model;
      if (model === undefined) {
        heard.delete(notebook);
      } else {
        heard.set(notebook, { model, failed: hasFailed(notebook) });
        model.contentChanged.connect(hearContent, owner);
      }
      events.activeCellChanged();
    };
    notebook.content.activeCellChanged.connect(hearActiveCell, owner);
    notebook.sessionContext.kernelChanged.connect(() => events.kernelChanged(notebook), owner);
    notebook.title.changed.connect(events.renamed, owner);
    notebook.disposed.connect(() => heard.delete(notebook), owner);
    hearActiveCell();
  }

  function dispose(): void {
    owner.isDisposed = true;
    heard.clear();
    Signal.clearData(owner);
  }

  tracker.forEach(add);
  tracker.widgetAdded.connect((_, notebook) => add(notebook), owner);
  tracker.currentChanged.connect(events.frontChanged, owner);
  NotebookActions.executed.connect((_, ran) => {
    const notebook = tracker.find(({ content }) => content === ran.notebook);
    if (notebook !== undefined) events.cellRan(notebook);
  }, owner);
  return owner;
}
