/**
 * What stands behind a mark in an answer. There is one card for all of them, over the transcript: it comes up when a
 * mark is pointed at or has the keyboard's focus, and stays with the focus in it when the mark is pressed.
 */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Check } from "../../chat";
import { useSelected, useSurroundings, useWords } from "../../context";
import { CodeBlock } from "../../markdown/CodeBlock";
import { visible } from "../../markdown/visible";
import type { Result } from "../../state";
import { shape } from "../figures";
import { RelativeTime } from "../transcript/Time";

/** Long enough for a pointer on its way elsewhere, or from the mark to the card. */
const PAUSE_MS = 200;
const MARGIN = 8;
const GAP = 4;
/** Less room below than this, and it opens above, if there is more. */
const ROOM = 240;

const OLD: readonly Check["state"][] = ["stale", "unknown", "running"];

interface Shown {
  readonly mark: HTMLElement;
  readonly pressed: boolean;
}

/** `frame`: what the card lies over, and what scrolls inside it. */
export function EvidenceCard({ frame }: { frame: RefObject<HTMLElement> }) {
  const [shown, show] = useState<Shown | null>(null);
  const card = useRef<HTMLDivElement>(null);
  const ref = shown?.mark.dataset.ref ?? "";
  const found = useSelected(({ state }) => state.results).get(ref);

  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = (next: (now: Shown | null) => Shown | null) => {
      clearTimeout(timer);
      timer = setTimeout(() => show(next), PAUSE_MS);
    };
    const markOf = (event: Event) => (event.target as Element).closest<HTMLElement>(".tcj-mark");
    const inCard = (event: Event) => card.current?.contains(event.target as Node) === true;
    const unlessPressed = (next: Shown | null) => (now: Shown | null) => (now?.pressed ? now : next);
    const heard: Record<string, (event: Event) => void> = {
      pointerover(event) {
        if ((event as PointerEvent).pointerType === "touch") return;
        const mark = markOf(event);
        if (inCard(event)) clearTimeout(timer);
        else soon(unlessPressed(mark && { mark, pressed: false }));
      },
      pointerleave: () => soon(unlessPressed(null)),
      focusin(event) {
        const mark = markOf(event);
        if (inCard(event)) return;
        clearTimeout(timer);
        show(mark?.matches(":focus-visible") ? { mark, pressed: false } : null);
      },
      focusout(event) {
        const to = (event as FocusEvent).relatedTarget as Node | null;
        if (to === null) show(unlessPressed(null));
        else if (!element.contains(to)) show(null);
      },
      click(event) {
        const mark = markOf(event);
        if (mark === null) return;
        clearTimeout(timer);
        show((now) => (now?.pressed && now.mark === mark ? null : { mark, pressed: true }));
      },
      pointerdown(event) {
        if (!inCard(event) && markOf(event) === null) show(null);
      },
    };
    const events = Object.entries(heard);
    for (const [name, hear] of events) element.addEventListener(name, hear);
    return () => {
      clearTimeout(timer);
      for (const [name, hear] of events) element.removeEventListener(name, hear);
    };
  }, []);

  useLayoutEffect(() => {
    const [over, element] = [frame.current, card.current];
    if (shown === null || over === null || element === null) return undefined;
    const put = () => (shown.mark.isConnected ? place(element, shown.mark, over) : show(null));
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      if (element.contains(document.activeElement)) shown.mark.focus({ preventScroll: true });
      show(null);
    };
    put();
    if (shown.pressed) element.focus({ preventScroll: true });
    over.addEventListener("scroll", put, true);
    document.addEventListener("keydown", onKeyDown, true); // pointed at, it goes away wherever the keyboard is
    return () => {
      over.removeEventListener("scroll", put, true);
      document.removeEventListener("keydown", onKeyDown, true);
    };
  }, [shown, found]);

  if (shown === null || found === undefined) return null;
  return (
    <div
      class="tcj-evidence-card"
      ref={card}
      role="dialog"
      aria-label={shown.mark.getAttribute("aria-label") ?? ref}
      tabIndex={-1}
    >
      <Behind result={found} />
    </div>
  );
}

function Behind({ result }: { result: Result }) {
  const { chat } = useSurroundings();
  const words = useWords().tables;
  const check = useSelected(({ state, checks }) => {
    const known = state.results.get(result.ref);
    return known && checks.get(known);
  });
  useEffect(() => chat.verify([result.ref], true), [chat, result]);
  return (
    <>
      <div>
        <span class="tcj-strong">{visible(result.ref)}</span>{" "}
        <span class="tcj-quiet">
          <RelativeTime at={result.at} />
        </span>
      </div>
      <div class="tcj-quiet-text" role="status">
        {check && `${words.states[check.state]} ${visible(words.because(check.reason))}`}
      </div>
      {check && OLD.includes(check.state) && (
        <button
          type="button"
          class="tcj-card-button"
          aria-disabled={check.state === "running"} // switched off, it would lose the focus
          onClick={() => chat.rerun(result.ref)}
        >
          {words.runAgain}
        </button>
      )}
      <ul class="tcj-list">
        {result.tables.map(({ name, rows, columns }) => (
          <li key={name}>
            <code>{visible(name)}</code>
            {columns !== null && <span class="tcj-quiet"> {shape(rows, columns)}</span>}
          </li>
        ))}
      </ul>
      {result.sql !== "" && <CodeBlock code={result.sql} language="sql" quoted={true} />}
    </>
  );
}

/** Below the mark, or above it where there is more room, and within `frame`. */
function place(card: HTMLElement, mark: HTMLElement, frame: HTMLElement): void {
  const [at, within] = [mark.getBoundingClientRect(), frame.getBoundingClientRect()];
  const below = within.bottom - at.bottom;
  const above = at.top - within.top;
  const up = below < Math.min(card.scrollHeight + MARGIN, ROOM) && above > below;
  const left = Math.max(MARGIN, Math.min(at.left - within.left, within.width - card.offsetWidth - MARGIN));
  card.style.left = `${left}px`;
  card.style.top = up ? "auto" : `${at.bottom - within.top + GAP}px`;
  card.style.bottom = up ? `${within.bottom - at.top + GAP}px` : "auto";
  card.style.maxHeight = `${Math.max(96, (up ? above : below) - GAP - MARGIN)}px`;
}
