/**
 * A tool call as one line that opens to its arguments, its result and what was done inside it. What it shows to the
 * user stands below the line, whoever did it, and so does a card inside it that waits for the user.
 */
import { useState } from "preact/hooks";
import { useSelected, useSurroundings, useWords } from "../../context";
import { visible } from "../../markdown/visible";
import type { Entry, MimeBundle, ToolEntry } from "../../state";
import { duration } from "../figures";
import { Arguments, oneLine, shortArguments } from "./Arguments";
import { EntryView } from "./EntryView";
import { askedAbout, hasCall, shownEntries } from "./order";
import { Output } from "../results/Output";
import { Preformatted } from "../Preformatted";
import { Elapsed, RelativeTime } from "./Time";

/** What these find is a step to an answer, not a part of it; it is told inside the line. */
const ON_THE_WAY: ReadonlySet<string> = new Set(["list_tables"]);

interface Props {
  readonly entry: ToolEntry;
  readonly live: boolean;
  /** It is part of another call, which shows what this one has to show. */
  readonly nested: boolean;
}

export function ToolCall({ entry, live, nested }: Props) {
  const [open, setOpen] = useState(false);
  const runs = entry.ok === null && live;
  const children = shownEntries(entry.children);
  const cards = children.filter(isCard);
  const latest = runs && !open ? latestLine(children) : undefined;
  return (
    <div class="tcj-tool">
      <details class="tcj-fold" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary class="tcj-line">
          <span class="tcj-tool-name">{visible(entry.tool)}</span>
          <span class="tcj-tool-arguments">{shortArguments(entry.arguments)}</span>
          <State entry={entry} runs={runs} />
        </summary>
        {/* A result may be long: it is made when it is looked at. */}
        {open && <Inside entry={entry} inside={children.filter((child) => !isCard(child))} live={live} />}
      </details>
      {latest !== undefined && <div class="tcj-nested tcj-latest">{latest}</div>}
      {cards.map((card) => (
        <EntryView key={card.key} entry={card} live={live} again={false} />
      ))}
      {!nested &&
        shownBy(entry).map(({ key, mime }) => (
          <div class="tcj-output" key={key}>
            <Output mime={mime} />
          </div>
        ))}
    </div>
  );
}

/** What a call shows to the user, and what was done inside it: the user need not know who looked into a table. */
function shownBy(entry: ToolEntry): { key: string; mime: MimeBundle }[] {
  const inside = entry.children.flatMap((child) => (child.kind === "tool" ? shownBy(child) : []));
  if (ON_THE_WAY.has(entry.tool)) return inside;
  return [...inside, ...entry.outputs.map((mime, at) => ({ key: `${entry.key}.${at}`, mime }))];
}

function State({ entry, runs }: { entry: ToolEntry; runs: boolean }) {
  const { language } = useSurroundings().host;
  const words = useWords().transcript;
  if (runs) return <Runs entry={entry} />;
  // A call that was still running when its turn ended has failed in no time, with nothing to say.
  const cut = entry.ok === false && entry.elapsedMs === 0 && entry.content === "";
  if (entry.ok === null || cut) return <span class="tcj-tool-state">{words.notFinished}</span>;
  return (
    <span class="tcj-tool-state">
      {entry.ok ? <span class="tcj-unseen">{words.ok} </span> : <span class="tcj-failed">{words.failed} · </span>}
      {duration(entry.elapsedMs, language)}
    </span>
  );
}

function Runs({ entry }: { entry: ToolEntry }) {
  const words = useWords().transcript;
  const asked = useSelected(({ state }) => askedAbout(state.entries));
  if (asked !== "" && hasCall(asked.split("\n"), entry)) return <span class="tcj-tool-state">{words.waiting}</span>;
  return (
    <span class="tcj-tool-state">
      <span class="tcj-spinner" aria-hidden="true" />
      {words.running} <Elapsed since={entry.at} />
    </span>
  );
}

function Inside({ entry, inside, live }: { entry: ToolEntry; inside: readonly Entry[]; live: boolean }) {
  const words = useWords().transcript;
  // A delegation answers with what its specialist said last, which stands there already.
  const said = inside.some((child) => child.kind === "text" && child.text === entry.content);
  return (
    <div class="tcj-nested">
      <Arguments values={entry.arguments} />
      {inside.map((child) => (
        <EntryView key={child.key} entry={child} live={live} again={false} nested={true} />
      ))}
      {entry.content !== "" && !said && <Preformatted text={entry.content} label={words.result} />}
      {entry.content === "" && entry.ok !== null && entry.outputs.length === 0 && (
        <div class="tcj-quiet">{words.noResult}</div>
      )}
      <div class="tcj-quiet">
        {words.started} <RelativeTime at={entry.at} />
      </div>
    </div>
  );
}

/** A card that waits is never folded away. */
function isCard(entry: Entry): boolean {
  return (entry.kind === "question" || entry.kind === "approval") && entry.open;
}

/** What a delegation does just now. */
function latestLine(children: readonly Entry[]): string | undefined {
  const last = children.findLast((child) => child.kind === "tool" || (child.kind === "text" && child.text !== ""));
  if (last?.kind === "tool") return `${visible(last.tool)} ${shortArguments(last.arguments)}`;
  return last?.kind === "text" ? oneLine(last.text.trim().split("\n").at(-1) ?? "") : undefined;
}
