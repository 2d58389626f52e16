/**
 * A popup below a button: it closes on Esc (the focus goes back to the button), and when the pointer or the focus
 * goes elsewhere. A dialog that was opened from the popup counts as inside.
 */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export interface Popup<Panel extends HTMLElement> {
  readonly open: boolean;
  show(): void;
  /** Closes it; the focus goes to the button unless told otherwise. */
  close(focusButton?: boolean): void;
  readonly button: RefObject<HTMLButtonElement>;
  readonly panel: RefObject<Panel>;
  /** For the popup and its button. */
  onKeyDown(event: KeyboardEvent): void;
}

export function usePopup<Panel extends HTMLElement>(): Popup<Panel> {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<Panel>(null);

  const close = (focusButton = true) => {
    setOpen(false);
    if (focusButton) button.current?.focus();
  };

  useEffect(() => {
    const page = panel.current?.ownerDocument;
    if (!open || !page) return undefined;
    const elsewhere = (event: Event) => {
      const path = event.composedPath();
      const inside = path.some(
        (node) => node === panel.current || node === button.current || (node as Element).tagName === "DIALOG",
      );
      if (!inside) setOpen(false);
    };
    page.addEventListener("pointerdown", elsewhere, true);
    page.addEventListener("focusin", elsewhere, true);
    return () => {
      page.removeEventListener("pointerdown", elsewhere, true);
      page.removeEventListener("focusin", elsewhere, true);
    };
  }, [open]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!open || event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };

  return { open, show: () => setOpen(true), close, button, panel, onKeyDown };
}

/** What a button needs that opens and closes a popup: by click, and by the arrow that points to it. */
export function opens(popup: Popup<HTMLElement>, kind: "dialog" | "menu", panelId: string) {
  return {
    "aria-haspopup": kind,
    "aria-expanded": popup.open,
    ...(popup.open ? { "aria-controls": panelId } : {}),
    onClick: () => (popup.open ? popup.close() : popup.show()),
    onKeyDown: (event: KeyboardEvent) => {
      popup.onKeyDown(event);
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      popup.show();
    },
  } as const;
}
