/** Small habits that the parts of the frame share: ids, the clock, and where the focus goes. */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

// Several chats, each from a bundle of its own, may stand on one page: Preact's ids would meet there.
const base = `tcj-${Math.random().toString(36).slice(2, 8)}`;
let given = 0;

/** An id that no other element of the page has. */
export function useElementId(): string {
  const id = useRef<string | null>(null);
  id.current ??= `${base}-${++given}`;
  return id.current;
}

/** The time in milliseconds; renders again every `every` milliseconds. */
export function useNow(every = 60_000): number {
  const [now, tick] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** Whether `active` has held for `delay` milliseconds. */
export function useHeldFor(active: boolean, delay: number): boolean {
  const [held, hold] = useState(false);
  useEffect(() => {
    hold(false);
    if (!active) return undefined;
    const timer = setTimeout(() => hold(true), delay);
    return () => clearTimeout(timer);
  }, [active, delay]);
  return active && held;
}

/** When the focused row of a list goes away, the focus stays in the list's box instead of falling to the page. */
export function useKeptFocus(box: RefObject<HTMLElement>): void {
  const had = box.current?.contains(box.current.ownerDocument.activeElement) ?? false;
  useLayoutEffect(() => {
    const page = box.current?.ownerDocument;
    if (had && (page?.activeElement === page?.body || page?.activeElement === null)) box.current?.focus();
  });
}
