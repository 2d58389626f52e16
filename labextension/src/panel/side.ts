/** Hiding a side panel. JupyterLab's shell and Notebook 7's can both do it, the type that they share does not say so. */
import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { Widget } from "@lumino/widgets";

interface CollapsingShell {
  collapseLeft(): void;
  collapseRight(): void;
}

/** Collapses the side that the user has put the panel in. */
export function hideSide(shell: JupyterFrontEnd.IShell, panel: Widget): void {
  if (!canCollapse(shell)) return;
  const left = [...shell.widgets("left")].includes(panel);
  if (left) shell.collapseLeft();
  else shell.collapseRight();
}

function canCollapse(shell: JupyterFrontEnd.IShell): shell is JupyterFrontEnd.IShell & CollapsingShell {
  return "collapseLeft" in shell && "collapseRight" in shell;
}
