/**
 * Splits Markdown that grows into top-level blocks.
 *
 * A block is finished when later text cannot change it, and then stays the same object. Only what follows the last
 * finished block is lexed again when text comes, so that the work for a whole answer grows with its length, not with
 * its square. Code in an open fence is not lexed at all: its lines are looked at once, for the closing fence.
 *
 * A definition of a link may come after the blocks that refer to it: these are then made anew.
 */
import type { Links, Token } from "marked";
import { blockOf, definitions, equal, Outline, sameLook, type Block } from "./block";
import { closing, OPENING, trimmed } from "./fence";
import { languageOf } from "./languages";
import { blockTokens, labels } from "./lexer";
import { mended } from "./mend";

export type Group = readonly Block[];

/** Blocks in a group: a group is left alone as a whole once all of its blocks are finished. */
export const GROUP = 50;

/** A last block of this size is lexed again only when it has grown by this part of it. */
const LARGE = 16_384;
const PART = 32;

interface Fence {
  readonly bodyStart: number;
  readonly language: string;
  readonly close: RegExp;
  /** Where the first line begins that has not been looked at as a whole. */
  lookedAt: number;
}

export class Blocks {
  /** How many characters were lexed so far, for tests of what it costs. */
  work = 0;

  #source = "";
  #streaming = true;
  /** Where the first unfinished block begins. */
  #end = 0;
  #lexedLength = 0;
  #fence: Fence | null = null;
  #links: Links = Object.create(null) as Links;
  #linkCount = 0;
  #shownLinks = 0;
  #outline = new Outline();
  #finished: Block[] = [];
  #groups: Group[] = [];
  #tail: Block[] = [];
  /** Finished blocks by the labels that they may refer to. */
  readonly #waiting = new Map<string, number[]>();

  /** All blocks of `source`, in groups; those that did not change are the same objects as before. */
  feed(source: string, streaming: boolean): readonly Group[] {
    let text = source.includes("\r") ? source.replace(/\r\n?/g, "\n") : source;
    if (streaming && /[\ud800-\udbff]$/.test(text)) text = text.slice(0, -1); // half a character
    if (text === this.#source && streaming === this.#streaming) return this.#groups;
    if (!text.startsWith(this.#source) || !this.#streaming) this.#reset();
    this.#source = text;
    this.#streaming = streaming;

    const before = this.#finished.length;
    const tail = this.#advance();
    if (tail !== null) this.#show(before, tail);
    return this.#groups;
  }

  #reset(): void {
    this.#end = 0;
    this.#lexedLength = 0;
    this.#fence = null;
    this.#links = Object.create(null) as Links;
    this.#linkCount = 0;
    this.#outline = new Outline();
    this.#finished = [];
    this.#groups = [];
    this.#tail = [];
    this.#waiting.clear();
  }

  /** Takes in what is new; returns the unfinished blocks, or null when nothing is to be shown anew. */
  #advance(): Block[] | null {
    const streaming = this.#streaming;
    const size = this.#source.length - this.#end;
    if (this.#fence !== null) {
      const open = this.#continueFence(this.#fence);
      if (open !== null) return [open];
    } else if (streaming && size > LARGE && this.#source.length - this.#lexedLength < size / PART) {
      return null;
    }
    this.#lexedLength = this.#source.length;

    const whole = this.#source.slice(this.#end);
    const { text, kept } = streaming ? mended(whole) : { text: whole, kept: whole.length };
    this.work += text.length;
    const tokens = placed(blockTokens(text, streaming), text);
    const firstOpen = streaming ? unfinished(tokens, kept, text) : tokens.length;
    for (const { token } of tokens.slice(0, firstOpen)) this.#finish(token);
    const rest = tokens.slice(firstOpen);
    // A line that is only begun may yet be indented code, so nothing of it is passed over.
    this.#end += rest[0]?.start ?? (streaming ? text.lastIndexOf("\n") + 1 : text.length);

    if (rest.length === 1 && rest[0]!.token.type === "code" && this.#openFence()) {
      const open = this.#continueFence(this.#fence!);
      return open === null ? [] : [open];
    }
    const outline = this.#outline.copy();
    return rest.flatMap(({ token }) => blockOf(token, true, this.#links, outline) ?? []);
  }

  /** Enters the fence that opens at the first unfinished block, if there is one. */
  #openFence(): boolean {
    const opening = OPENING.exec(this.#source.slice(this.#end));
    if (opening === null) return false;
    const bodyStart = this.#end + opening[0].length;
    this.#fence = {
      bodyStart,
      language: languageOf(opening[2] ?? opening[4] ?? ""),
      close: closing(opening[1] ?? opening[3]!),
      lookedAt: bodyStart,
    };
    return true;
  }

  /** The block of the open `fence`, or null when it is closed and finished. */
  #continueFence(fence: Fence): Block | null {
    const source = this.#source;
    fence.close.lastIndex = fence.lookedAt;
    const close = fence.close.exec(source);
    const end = close === null ? source.length : close.index + close[0].length;
    const lineStart = source.lastIndexOf("\n") + 1;
    const { language } = fence;
    if (this.#streaming && (close === null || end === source.length)) {
      fence.lookedAt = Math.max(fence.bodyStart, lineStart);
      const partial = /^ {0,3}(?:`+|~+)[ \t]*$/.test(source.slice(lineStart));
      const code = trimmed(source.slice(fence.bodyStart, partial ? Math.max(fence.bodyStart, lineStart) : undefined));
      return { kind: "code", code, language, open: true };
    }
    const code = trimmed(source.slice(fence.bodyStart, close?.index));
    this.#add({ kind: "code", code, language, open: false });
    this.#end = end;
    this.#fence = null;
    return null;
  }

  #finish(token: Token): void {
    for (const { tag, href, title } of definitions([token])) {
      if (Object.hasOwn(this.#links, tag)) continue; // the first one counts
      this.#links[tag] = { href, title };
      this.#linkCount++;
      for (const index of this.#waiting.get(tag) ?? []) this.#again(index);
      this.#waiting.delete(tag);
    }
    const block = blockOf(token, false, this.#links, this.#outline);
    if (block !== null) this.#add(block);
  }

  #add(block: Block): void {
    const index = this.#finished.push(block) - 1;
    if (block.kind !== "text") return;
    for (const label of labels(block.source)) {
      if (Object.hasOwn(this.#links, label)) continue;
      const others = this.#waiting.get(label);
      if (others === undefined) this.#waiting.set(label, [index]);
      else others.push(index);
    }
  }

  /** A new object for a finished block, so that it is rendered again. */
  #again(index: number): void {
    const block = { ...this.#finished[index]! };
    this.#finished[index] = block;
    const at = Math.floor(index / GROUP);
    const group = this.#groups[at];
    if (group !== undefined && index % GROUP < group.length) this.#groups[at] = group.with(index % GROUP, block);
  }

  /** Brings the groups up to date; blocks before `from` are in them already. */
  #show(from: number, tail: Block[]): void {
    const links = this.#linkCount;
    const kept = tail.map((block, position) => {
      const old = this.#tail[position + this.#finished.length - from];
      return old !== undefined && links === this.#shownLinks && equal(old, block) ? old : block;
    });
    // What was unfinished and did not change when it was finished is not rendered again either.
    for (let index = from; index < this.#finished.length; index++) {
      const old = this.#tail[index - from];
      const block = this.#finished[index]!;
      if (old !== undefined && links === this.#shownLinks && sameLook(old, block)) this.#finished[index] = old;
    }
    this.#shownLinks = links;
    this.#tail = kept;
    const first = Math.floor(from / GROUP);
    const all = [...this.#finished.slice(first * GROUP), ...kept];
    const groups = this.#groups.slice(0, first);
    for (let at = 0; at < all.length; at += GROUP) groups.push(all.slice(at, at + GROUP));
    this.#groups = groups;
  }
}

interface Placed {
  readonly token: Token;
  readonly start: number;
  readonly end: number;
}

/** Tokens with their places in `text`; where they do not add up, the rest of the text is one paragraph. */
function placed(tokens: readonly Token[], text: string): Placed[] {
  const found: Placed[] = [];
  let at = 0;
  for (const token of tokens) {
    if (!text.startsWith(token.raw, at)) break;
    found.push({ token, start: at, end: at + token.raw.length });
    at += token.raw.length;
  }
  if (at < text.length) {
    const raw = text.slice(at);
    found.push({ token: { type: "paragraph", raw, text: raw }, start: at, end: text.length });
  }
  return found;
}

/**
 * The position of the first token that later text may change: the last one, and the one before it while the last may
 * yet turn out to be a part of it. Nothing after the first `kept` characters is finished.
 */
function unfinished(tokens: readonly Placed[], kept: number, text: string): number {
  const content = tokens.flatMap(({ token }, position) => (token.type === "space" ? [] : [position]));
  let first = content.at(-1) ?? tokens.length;
  const last = tokens[first];
  if (last !== undefined && !isDecided(last, text)) first = content.at(-2) ?? first;
  while (first > 0 && tokens[first - 1]!.end > kept) first--;
  return first;
}

/**
 * Whether a token is one of its own, whatever follows. That shows with its first line ("1" after a list may become
 * its next item), with the second one of a table, and with the end of a formula.
 */
function isDecided({ token, start, end }: Placed, text: string): boolean {
  if (token.type === "math") return token["open"] !== true && text.includes("\n", end);
  const line = text.indexOf("\n", start);
  return line >= 0 && (token.type !== "table" || text.includes("\n", line + 1));
}
