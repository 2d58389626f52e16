/**
 * Keeps the keys that are pressed in the chat to the chat. Jupyter's command mode would otherwise run "d d" or "b"
 * while a button of the chat has the focus. What concerns the whole window (saving, the palette, F keys) passes.
 */
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** JupyterLab runs no shortcut for what happens below this attribute. */
const SUPPRESS = "data-lm-suppress-shortcuts";

export function passes(event: KeyboardEvent): boolean {
  if (/^F\d{1,2}$/.test(event.key)) return true;
  if (!event.ctrlKey && !event.metaKey) return false;
  const key = event.key.toLowerCase();
  return key === "s" || (key === "c" && event.shiftKey);
}

export function useOwnKeys(root: RefObject<HTMLElement>): void {
  useEffect(() => {
    const element = root.current;
    const view = element?.ownerDocument.defaultView;
    if (!element || !view) return undefined;
    element.setAttribute(SUPPRESS, "true");
    const keep = (event: KeyboardEvent) => {
      if (!passes(event)) event.stopPropagation();
    };
    // Lab listens on the document while the event is on its way down, so this has to be there even earlier.
    const letPass = (event: KeyboardEvent) => {
      if (!(event.target instanceof Node && element.contains(event.target)) || !passes(event)) return;
      element.removeAttribute(SUPPRESS);
      setTimeout(() => element.setAttribute(SUPPRESS, "true"));
    };
    element.addEventListener("keydown", keep);
    view.addEventListener("keydown", letPass, true);
    return () => {
      element.removeEventListener("keydown", keep);
      view.removeEventListener("keydown", letPass, true);
    };
  }, []);
}
