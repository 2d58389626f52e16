/** Top-level blocks of Markdown: what is shown, and rendered again, as one. */
import type { Links, Token, Tokens } from "marked";
import { isClosed, trimmed } from "./fence";
import { languageOf } from "./languages";

export interface TextBlock {
  readonly kind: "text";
  readonly source: string;
  /** Its end may be yet to come. */
  readonly open: boolean;
  readonly links: Links;
  /** Of its heading, where it is one. */
  readonly level: number;
}

export interface CodeBlock {
  readonly kind: "code";
  readonly code: string;
  readonly language: string;
  readonly open: boolean;
}

export type Block = TextBlock | CodeBlock;

/**
 * The levels of headings. A text's first one is on the third level, since the page owns the first two, and none is
 * more than one level below the one before it, whatever the source skips.
 */
export class Outline {
  constructor(private readonly depths: number[] = []) {}

  copy(): Outline {
    return new Outline([...this.depths]);
  }

  level(depth: number): number {
    while (this.depths.length > 0 && this.depths.at(-1)! >= depth) this.depths.pop();
    this.depths.push(depth);
    return Math.min(6, 2 + this.depths.length);
  }
}

export function blockOf(token: Token, open: boolean, links: Links, outline: Outline): Block | null {
  if (token.type === "space" || token.type === "def") return null;
  if (token.type === "code") {
    const { text, lang, raw, codeBlockStyle } = token as Tokens.Code;
    const growing = open && codeBlockStyle !== "indented" && !isClosed(raw);
    return { kind: "code", code: trimmed(text), language: languageOf(lang ?? ""), open: growing };
  }
  const level = token.type === "heading" ? outline.level((token as Tokens.Heading).depth) : 3;
  return { kind: "text", source: token.raw, open, links, level };
}

export function equal(one: Block, other: Block): boolean {
  return one.open === other.open && sameLook(one, other);
}

/** Whether both are shown alike: only an unfinished piece of code or formula looks different when it is finished. */
export function sameLook(one: Block, other: Block): boolean {
  if (one.kind === "code") {
    const { kind, open } = other;
    return kind === "code" && one.open === open && one.code === other.code && one.language === other.language;
  }
  const settled = one.open === other.open || !/(?:`{3}|~{3}|\$\$|\\\[)/.test(one.source);
  if (other.kind !== "text" || one.level !== other.level) return false;
  return settled && one.source.trimEnd() === other.source.trimEnd();
}

export function definitions(tokens: readonly Token[]): Tokens.Def[] {
  return tokens.flatMap((token) => {
    if (token.type === "def") return [token as Tokens.Def];
    if (token.type === "blockquote") return definitions((token as Tokens.Blockquote).tokens);
    if (token.type === "list") return (token as Tokens.List).items.flatMap((item) => definitions(item.tokens));
    return [];
  });
}
