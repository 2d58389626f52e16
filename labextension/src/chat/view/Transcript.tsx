/**
 * What was said and done, in order. It is the part of the chat that scrolls; what is said aloud stands beside it in a
 * live region of its own, so that an answer is never read out piece by piece.
 */
import { Fragment } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Snapshot } from "../chat";
import { useSnapshot, useSurroundings, useWords } from "../context";
import type { Entry } from "../state";
import { dayName, exact, sameDay } from "./figures";
import { EvidenceCard } from "./evidence/EvidenceCard";
import { useAnnouncement } from "./transcript/announce";
import { EntryView } from "./transcript/EntryView";
import { lastUserIndex, shownEntries, waitsForUser } from "./transcript/order";
import { Pending } from "./transcript/Pending";
import { Running } from "./transcript/Running";
import { useScrolling } from "./transcript/scroll";
import { useNow } from "./transcript/useNow";

/** So many entries are shown at first, and so many more at each "Show earlier messages". */
export const PAGE = 200;

export function Transcript() {
  const snapshot = useSnapshot();
  // Another session begins at its end, whatever was scrolled to here.
  return <Session key={snapshot.state.sessionId} snapshot={snapshot} />;
}

function Session({ snapshot }: { snapshot: Snapshot }) {
  const words = useWords().transcript;
  const { state, sending } = snapshot;
  const frame = useRef<HTMLDivElement>(null);
  const log = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const scrolling = useScrolling(log, content, [state.entries, state.queued, sending]);
  const said = useAnnouncement(snapshot, words);

  // Who says something wants to see it.
  useLayoutEffect(() => {
    if (sending.length > 0) scrolling.toEnd();
  }, [sending.at(-1)?.messageId]);

  const entries = shownEntries(state.entries);
  const [pages, setPages] = useState(1);
  const start = useRef(0);
  const newest = Math.max(0, entries.length - pages * PAGE);
  // While the user reads above, nothing is taken away there.
  start.current = scrolling.follows.current === true ? newest : Math.min(newest, start.current);

  const showEarlier = () => {
    scrolling.holdPlace();
    setPages(pages + 1);
    log.current?.focus({ preventScroll: true }); // the button may go
  };

  const showNews = () => {
    scrolling.toEnd();
    log.current?.focus({ preventScroll: true });
  };

  return (
    <div class="tcj-transcript-frame" ref={frame}>
      {/* The headings of answers begin below it. */}
      <h2 class="tcj-unseen">{words.conversation}</h2>
      <div class="tcj-transcript" ref={log} role="log" aria-label={words.conversation} aria-live="off" tabIndex={0}>
        <div class="tcj-entries" ref={content}>
          {start.current > 0 && (
            <button type="button" class="tcj-small-button tcj-earlier" onClick={showEarlier}>
              {words.earlier}
            </button>
          )}
          <Entries entries={entries} start={start.current} snapshot={snapshot} />
          {/* Without a connection nobody knows what the turn is at; the bar above says that. */}
          {state.turn !== null && snapshot.connection.state === "open" && (
            <Running turn={state.turn} entries={state.entries} />
          )}
          {state.queued.map((entry) => (
            <Pending key={entry.key} entry={entry} queued={true} />
          ))}
          {sending.map((entry) => (
            <Pending key={entry.key} entry={entry} queued={false} />
          ))}
        </div>
      </div>
      {scrolling.news && (
        <button type="button" class="tcj-news" onClick={showNews}>
          {state.turn !== null && waitsForUser(state.entries) ? words.waitingBelow : words.newBelow}
        </button>
      )}
      <EvidenceCard frame={frame} />
      <div class="tcj-unseen" aria-live="polite">
        {said}
      </div>
    </div>
  );
}

function Entries({ entries, start, snapshot }: { entries: readonly Entry[]; start: number; snapshot: Snapshot }) {
  const { state, sending } = snapshot;
  const last = lastUserIndex(entries);
  const idle = state.turn === null && state.queued.length === 0 && sending.length === 0;
  return (
    <>
      {entries.slice(start).map((entry, offset) => {
        const index = start + offset;
        const before = entries[index - 1];
        return (
          <Fragment key={entry.key}>
            {before !== undefined && !sameDay(before.at, entry.at) && <Day at={entry.at} />}
            <EntryView
              entry={entry}
              live={state.turn !== null && entry.turnId === state.turn.turnId && isGrowing(entry)}
              again={idle && last >= 0 && (index === last || (index > last && isTry(entry)))}
            />
          </Fragment>
        );
      })}
    </>
  );
}

// Both narrow down which entries render again when a turn begins or ends.

function isGrowing(entry: Entry): boolean {
  return entry.kind === "text" ? !entry.done : entry.kind === "tool" && entry.ok === null;
}

/** Shows how to try again. */
function isTry(entry: Entry): boolean {
  return entry.kind === "error" || entry.kind === "end";
}

function Day({ at }: { at: string }) {
  const { language } = useSurroundings().host;
  const now = useNow(60_000);
  return (
    <div class="tcj-day" title={exact(at, language)}>
      <span>{dayName(at, now, language)}</span>
    </div>
  );
}
