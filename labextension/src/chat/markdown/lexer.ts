/**
 * Markdown as tokens: GitHub's dialect with formulas and without HTML, which stays text.
 *
 * The source may be hostile: nesting is bounded, and a source that the lexer fails on becomes one paragraph.
 */
import { Lexer, Tokenizer, type Links, type MarkedOptions, type Token, type Tokens } from "marked";
import { blockMath, blockMathStart, inlineMath, inlineMathStart } from "./tex-syntax";

const DEEPEST = 24;
/** Longer runs of text are not searched for emphasis and links. */
const LONGEST_RUN = 10_000;

class PlainTokenizer extends Tokenizer {
  #level = 0;

  override blockquote(src: string): Tokens.Blockquote | undefined {
    return this.#nested(() => super.blockquote(src));
  }

  override list(src: string): Tokens.List | undefined {
    return this.#nested(() => super.list(src));
  }

  /** A tag is text, so it opens nothing: an `<a>` or `<pre>` does not change what follows. */
  override tag(src: string): Tokens.Tag | undefined {
    const found = this.rules.inline.tag.exec(src)?.[0];
    if (found === undefined) return undefined;
    return { type: "html", raw: found, text: found, block: false, inLink: false, inRawBlock: false };
  }

  #nested<T>(lex: () => T): T | undefined {
    if (this.#level >= DEEPEST) return undefined;
    this.#level++;
    try {
      return lex();
    } finally {
      this.#level--;
    }
  }
}

class BoundedLexer extends Lexer {
  #level = 0;

  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    if (this.#level >= DEEPEST || src.length > LONGEST_RUN) {
      tokens.push({ type: "text", raw: src, text: src });
      return tokens;
    }
    this.#level++;
    try {
      return super.inlineTokens(src, tokens);
    } finally {
      this.#level--;
    }
  }
}

function options(streaming: boolean): MarkedOptions {
  return {
    gfm: true,
    tokenizer: new PlainTokenizer(),
    extensions: {
      renderers: {},
      childTokens: {},
      block: [blockMath(streaming)],
      startBlock: [blockMathStart],
      inline: [inlineMath],
      startInline: [inlineMathStart],
    },
  };
}

function paragraph(src: string): Token[] {
  return [{ type: "paragraph", raw: src, text: src, tokens: [{ type: "text", raw: src, text: src }] }];
}

/** The blocks of `src`, without what is inside their lines. While `streaming`, its end may be missing. */
export function blockTokens(src: string, streaming: boolean): Token[] {
  try {
    return new BoundedLexer(options(streaming)).blockTokens(src, []);
  } catch {
    return paragraph(src);
  }
}

/** All of `src`, with references to `links` followed. */
export function allTokens(src: string, links: Links, streaming: boolean): Token[] {
  try {
    const lexer = new BoundedLexer(options(streaming));
    // A copy of what it may refer to: what a block defines for itself is not for the others.
    for (const label of labels(src)) if (Object.hasOwn(links, label)) lexer.tokens.links[label] = links[label]!;
    return lexer.lex(src);
  } catch {
    return paragraph(src);
  }
}

/** The labels that `src` may refer to, as the lexer keeps them. */
export function labels(src: string): Set<string> {
  const found = new Set<string>();
  if (!src.includes("[")) return found;
  for (const [, label] of src.matchAll(/\[((?:\\.|[^[\]\\]){1,200})\]/g)) {
    found.add(label!.trim().replace(/\s+/g, " ").toLowerCase().toUpperCase().toLowerCase());
  }
  return found;
}
