/**
 * The next state of a chat, made by changing a copy of the last one.
 *
 * Nothing of the given state is touched. Each list is copied when it is first written to, so a batch of events
 * copies it once; `finish` gives the given state back when nothing was written.
 *
 * Beside each state there is an index of what can still change: where the running turn's tool calls, growing texts
 * and open questions are, and how many code points a text has. It is emptied with the turn, so neither a token nor an
 * event costs more in a long conversation than in a short one. It is no part of the state: for a state that was made
 * elsewhere, it is made from the entries.
 */
import { countCodePoints } from "./fields";
import type { ChatState, Entry, MimeBundle, RunningTurn, Tally, TextEntry, ToolEntry, UserEntry } from "../state";

/** Where an entry is: its place in `entries`, then in the `children` of each call on the way. */
export type Path = readonly number[];

export type Stream = "text" | "reasoning";

/** A text that is not finished, and the code points that it has. */
interface Growing {
  readonly path: Path;
  readonly text: number;
  readonly reasoning: number;
}

interface Index {
  readonly tools: ReadonlyMap<string, Path>;
  readonly growing: ReadonlyMap<string, Growing>;
  readonly finished: ReadonlySet<string>;
  /** Open questions and approvals. */
  readonly asks: ReadonlyMap<string, Path>;
}

export const NOTHING_SENT: Tally = { requests: 0, rows: 0, bytes: 0 };
export const NO_RESULTS: ChatState["results"] = new Map();

const EMPTY: Index = { tools: new Map(), growing: new Map(), finished: new Set(), asks: new Map() };
const INDEXES = new WeakMap<ChatState, Index>();

export class Builder {
  sessionId: string;
  session: ChatState["session"];
  epoch: string | null;
  seq: number;
  queued: readonly UserEntry[];
  turn: RunningTurn | null;
  results: ChatState["results"];
  sent: Tally;
  host: string;
  deleted: boolean;

  readonly #base: ChatState;
  #entries: readonly Entry[];
  #index: Index;
  /** The lists and maps that were made here, and may be written to. */
  readonly #own = new Set<unknown>();

  constructor(base: ChatState) {
    this.#base = base;
    this.sessionId = base.sessionId;
    this.session = base.session;
    this.epoch = base.epoch;
    this.seq = base.seq;
    this.queued = base.queued;
    this.turn = base.turn;
    this.results = base.results;
    this.sent = base.sent;
    this.host = base.host;
    this.deleted = base.deleted;
    this.#entries = base.entries;
    this.#index = INDEXES.get(base) ?? indexOf(base);
  }

  /** The new state; the given one if it is the same. */
  finish(): ChatState {
    const { sessionId, session, epoch, seq, queued, turn, results, sent, host, deleted } = this;
    const entries = this.#entries;
    const next: ChatState = { sessionId, session, epoch, seq, entries, queued, turn, results, sent, host, deleted };
    if ((Object.keys(next) as (keyof ChatState)[]).every((name) => next[name] === this.#base[name])) return this.#base;
    INDEXES.set(next, this.#index);
    return next;
  }

  // --- entries -----------------------------------------------------------------------------------

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Puts an entry at the end: of the conversation, or of what the call `parent` did. */
  append(entry: Entry, parent: string | null = null): Path {
    const call = parent === null ? undefined : this.#index.tools.get(parent);
    const above = call ?? [];
    const list = this.#listAt(above);
    list.push(entry);
    return [...above, list.length - 1];
  }

  /** Puts an entry into the conversation at `place`. */
  insert(place: number, entry: Entry): Path {
    this.#listAt([]).splice(place, 0, entry);
    this.#shift(place, 1);
    return [place];
  }

  remove(place: number): void {
    this.#listAt([]).splice(place, 1);
    this.#shift(place, -1);
  }

  /** Drops the entry at `place` and all after it. No turn runs then. */
  truncate(place: number): void {
    this.#entries = this.#entries.slice(0, place);
    this.#own.add(this.#entries);
    this.forgetTurn();
  }

  /** Changes the entry at `path`, which is of the kind that the index says. */
  change<E extends Entry>(path: Path, changes: Partial<E>): void {
    const list = this.#listAt(path.slice(0, -1));
    const place = path.at(-1);
    const entry = place === undefined ? undefined : list[place];
    if (place !== undefined && entry !== undefined) list[place] = { ...entry, ...changes } as Entry;
  }

  /** The place of the last entry that `found` says yes to; -1 if there is none. */
  findLast(found: (entry: Entry) => boolean): number {
    return this.#entries.findLastIndex(found);
  }

  /** Where the last entry is that `found` says yes to, at any depth. */
  find(found: (entry: Entry) => boolean): Path | undefined {
    return findLast(this.#entries, found);
  }

  // --- the running turn --------------------------------------------------------------------------

  toolPath(callId: string): Path | undefined {
    return this.#index.tools.get(callId);
  }

  addTool(entry: ToolEntry, parent: string | null): void {
    const path = this.append(entry, parent);
    this.#mine("tools").set(entry.callId, path);
  }

  /** Adds what a call shows; in place of the first of its outputs that `replaced` says yes to. */
  addOutput(path: Path, mime: MimeBundle, replaced: (output: MimeBundle) => boolean): void {
    const entry = this.#at(path);
    if (entry?.kind !== "tool") return;
    const outputs = this.#owned(entry.outputs);
    const place = outputs.findIndex(replaced);
    outputs[place < 0 ? outputs.length : place] = mime;
    if (outputs !== entry.outputs) this.change<ToolEntry>(path, { outputs });
  }

  /** How many code points of a text there are; null when it is finished. */
  lengthOf(messageId: string, stream: Stream): number | null {
    return this.#index.finished.has(messageId) ? null : (this.#index.growing.get(messageId)?.[stream] ?? 0);
  }

  /** Makes a text longer by `delta`; `begin` makes its entry, if there is none. */
  grow(messageId: string, stream: Stream, delta: string, parent: string | null, begin: () => TextEntry): void {
    let growing = this.#index.growing.get(messageId);
    growing ??= { path: this.append(begin(), parent), text: 0, reasoning: 0 };
    const entry = this.#at(growing.path);
    if (entry?.kind === "text") this.change<TextEntry>(growing.path, { [stream]: entry[stream] + delta });
    this.#mine("growing").set(messageId, { ...growing, [stream]: growing[stream] + countCodePoints(delta) });
  }

  /** No more comes of this text. Returns where it is, if any of it was there. */
  finishText(messageId: string): Path | null {
    const growing = this.#index.growing.get(messageId);
    if (growing !== undefined) this.#mine("growing").delete(messageId);
    this.#mine("finished").add(messageId);
    return growing?.path ?? null;
  }

  openAsk(id: string, path: Path): void {
    this.#mine("asks").set(id, path);
  }

  /** Where an open question or approval is, which is not open from now on. */
  closeAsk(id: string): Path | undefined {
    const path = this.#index.asks.get(id);
    if (path !== undefined) this.#mine("asks").delete(id);
    return path;
  }

  /** Closes all that the turn left open. */
  closeTurn(): void {
    for (const { path } of this.#index.growing.values()) this.change<TextEntry>(path, { done: true, partial: true });
    for (const path of this.#index.asks.values()) this.change(path, { open: false, by: "cancelled" });
    for (const path of this.#index.tools.values()) {
      const entry = this.#at(path);
      if (entry?.kind === "tool" && entry.ok === null) this.change<ToolEntry>(path, { ok: false });
    }
    this.forgetTurn();
  }

  /** The turn is over or gone: nothing of it changes any more. */
  forgetTurn(): void {
    this.turn = null;
    this.#index = EMPTY;
  }

  // --- copying on the first write ----------------------------------------------------------------

  #at(path: Path): Entry | undefined {
    let list = this.#entries;
    let entry: Entry | undefined;
    for (const place of path) {
      entry = list[place];
      list = entry?.kind === "tool" ? entry.children : [];
    }
    return entry;
  }

  /** The list inside the call at `path`, to write to. */
  #listAt(path: Path): Entry[] {
    let list = this.#owned(this.#entries);
    this.#entries = list;
    for (const place of path) {
      const call = list[place];
      if (call?.kind !== "tool") throw new Error("an indexed call is not where it should be");
      const children = this.#owned(call.children);
      if (children !== call.children) list[place] = { ...call, children };
      list = children;
    }
    return list;
  }

  #owned<T>(list: readonly T[]): T[] {
    if (this.#own.has(list)) return list as T[];
    const copy = [...list];
    this.#own.add(copy);
    return copy;
  }

  #mine(name: "tools"): Map<string, Path>;
  #mine(name: "growing"): Map<string, Growing>;
  #mine(name: "finished"): Set<string>;
  #mine(name: "asks"): Map<string, Path>;
  #mine(name: keyof Index): unknown {
    if (!this.#own.has(this.#index[name])) {
      const copy = name === "finished" ? new Set(this.#index.finished) : new Map<string, unknown>(this.#index[name]);
      this.#own.add(copy);
      this.#index = { ...this.#index, [name]: copy };
    }
    return this.#index[name];
  }

  /** Entries from `place` on have moved. */
  #shift(place: number, by: number): void {
    const moved = (path: Path): Path => {
      const [first = 0, ...rest] = path;
      return first >= place ? [first + by, ...rest] : path;
    };
    const { tools, growing, finished, asks } = this.#index;
    this.#index = {
      tools: new Map([...tools].map(([id, path]) => [id, moved(path)])),
      growing: new Map([...growing].map(([id, text]) => [id, { ...text, path: moved(text.path) }])),
      finished,
      asks: new Map([...asks].map(([id, path]) => [id, moved(path)])),
    };
  }
}

function findLast(entries: readonly Entry[], found: (entry: Entry) => boolean): Path | undefined {
  for (let place = entries.length - 1; place >= 0; place--) {
    const entry = entries[place]!;
    if (found(entry)) return [place];
    const inside = entry.kind === "tool" ? findLast(entry.children, found) : undefined;
    if (inside !== undefined) return [place, ...inside];
  }
  return undefined;
}

/** The index of a state that was not made here. */
function indexOf(state: ChatState): Index {
  const { turn } = state;
  if (turn === null) return EMPTY;
  const tools = new Map<string, Path>();
  const growing = new Map<string, Growing>();
  const finished = new Set<string>();
  const asks = new Map<string, Path>();
  const visit = (entry: Entry, path: Path): void => {
    if (entry.turnId !== turn.turnId) return;
    if (entry.kind === "tool") {
      tools.set(entry.callId, path);
      entry.children.forEach((child, place) => visit(child, [...path, place]));
    } else if (entry.kind === "text" && entry.done) {
      finished.add(entry.messageId);
    } else if (entry.kind === "text") {
      const { text, reasoning } = entry;
      growing.set(entry.messageId, { path, text: countCodePoints(text), reasoning: countCodePoints(reasoning) });
    } else if (entry.kind === "question" && entry.open) {
      asks.set(entry.questionId, path);
    } else if (entry.kind === "approval" && entry.open) {
      asks.set(entry.approvalId, path);
    }
  };
  state.entries.forEach((entry, place) => visit(entry, [place]));
  return { tools, growing, finished, asks };
}
