/** When a card may take the focus, and where the focus goes when the card is gone. */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/** A field in which keys write text. */
export function isTextField(element: EventTarget | null): element is HTMLElement {
  if (!(element instanceof HTMLElement)) return false;
  if (element.isContentEditable || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement)
    return true;
  return element instanceof HTMLInputElement && !["button", "checkbox", "radio", "submit"].includes(element.type);
}

/**
 * Whether `card` may take the focus: nothing has it, or something in the same chat in which nothing was typed.
 * A notebook around the chat keeps it even in command mode, where single keys are commands.
 */
function mayTakeFocus(card: HTMLElement): boolean {
  const active = document.activeElement;
  if (active === null || active === document.body) return true;
  if (card.closest(".tcj-chat")?.contains(active) !== true) return false;
  if (active.closest(".tcj-card, .tcj-edit") !== null) return false; // another card, or a message being edited
  return !isTextField(active) || ("value" in active && active.value === "");
}

/** Whether it can be seen without scrolling: focus must neither scroll nor land where nobody looks. */
function isInView(element: HTMLElement): boolean {
  const log = element.closest(".tcj-transcript");
  if (log === null) return true;
  const [inner, outer] = [element.getBoundingClientRect(), log.getBoundingClientRect()];
  return inner.bottom <= outer.bottom + 1 && inner.top >= outer.top - 1;
}

/** Focuses what `selector` finds in the card when it appears, if that disturbs nobody; gives the focus back at the end. */
export function useCardFocus(card: RefObject<HTMLElement>, selector: string): void {
  const before = useRef<Element | null>(null);
  useEffect(() => {
    const target = card.current?.querySelector<HTMLElement>(selector);
    if (card.current === null || !target || !isInView(target) || !mayTakeFocus(card.current)) return;
    before.current = document.activeElement;
    target.focus({ preventScroll: true });
  }, []);
  useFocusReturn(card, before);
}

/** When `part` goes while the focus is inside it, the focus goes to `before`, else to the transcript. */
export function useFocusReturn(part: RefObject<HTMLElement>, before: RefObject<Element | null>): void {
  useLayoutEffect(() => {
    const element = part.current;
    const log = element?.closest<HTMLElement>(".tcj-transcript");
    return () => {
      if (!element || !element.contains(document.activeElement)) return;
      const last = before.current;
      const target = last instanceof HTMLElement && last !== document.body && last.isConnected ? last : log;
      // The element is still in the page here; it is gone after the rendering.
      queueMicrotask(() => (target?.isConnected ? target.focus({ preventScroll: true }) : undefined));
    };
  }, []);
}
