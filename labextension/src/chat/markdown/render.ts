/**
 * Tokens of Markdown as HTML for the sanitiser.
 *
 * Everything that the source says is escaped here: no tag of the source is a tag of the result. Links and images are
 * only named here; `dress.ts` decides about them when they are elements and their addresses are decoded.
 */
import type { Links, MarkedToken, Token, Tokens } from "marked";
import { languageOf } from "./languages";
import { allTokens } from "./lexer";
import { isClosed } from "./fence";
import { mathml } from "./tex";
import type { MathToken } from "./tex-syntax";

/** Images that come with the text itself; no others are shown. */
export const DATA_IMAGE = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$/;

/** How an answer points to a result. */
const MARK = /\[q\d{1,6}\]/g;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** `text` as it stands. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ESCAPES[sign]!);
}

/** `text` with its character references, as Markdown has them outside of code. */
function escapedAround(text: string): string {
  return text.replace(/[<>"']|&(?!(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z]\w{1,31});)/g, (sign) => ESCAPES[sign]!);
}

/** `source` as HTML. While `open`, its end may be missing; a heading of its own is one of `level`. */
export function markup(source: string, links: Links, open: boolean, level: number): string {
  const writer = new Writer(open);
  return allTokens(source, links, open)
    .map((token) => {
      if (token.type !== "heading") return writer.blocks([token]);
      return `<h${level}>${writer.inline(token.tokens)}</h${level}>`;
    })
    .join("");
}

class Writer {
  #inLink = false;

  constructor(private readonly open: boolean) {}

  blocks(tokens: readonly Token[]): string {
    return tokens.map((token) => this.#block(token as MarkedToken | MathToken)).join("");
  }

  inline(tokens: readonly Token[] | undefined): string {
    return (tokens ?? []).map((token) => this.#span(token as MarkedToken | MathToken)).join("");
  }

  #block(token: MarkedToken | MathToken): string {
    switch (token.type) {
      case "space":
      case "def":
        return "";
      case "paragraph":
        return `<p>${this.inline(token.tokens)}</p>`;
      case "heading": // in a list or a quote: it heads no part of the text
        return `<p><strong>${this.inline(token.tokens)}</strong></p>`;
      case "hr":
        return "<hr>";
      case "blockquote":
        return `<blockquote>${this.blocks(token.tokens)}</blockquote>`;
      case "list":
        return this.#list(token as Tokens.List);
      case "table":
        return this.#table(token as Tokens.Table);
      case "code":
        return this.#code(token as Tokens.Code);
      case "html":
        return `<p class="tcj-raw">${escaped(token.text.trimEnd())}</p>`;
      case "math":
        if (token.open) return `<p class="tcj-raw">${escaped(token.raw)}</p>`;
        return `<p>${this.#math(token as MathToken)}</p>`;
      default:
        return this.#span(token as MarkedToken);
    }
  }

  #list(list: Tokens.List): string {
    const tag = list.ordered ? "ol" : "ul";
    const start = list.ordered && typeof list.start === "number" && list.start !== 1 ? ` start="${list.start}"` : "";
    return `<${tag}${start}>${list.items.map((item) => this.#item(item)).join("")}</${tag}>`;
  }

  #item(item: Tokens.ListItem): string {
    if (!item.task) return `<li>${this.blocks(item.tokens)}</li>`;
    let [first, ...others] = item.tokens;
    let box = "";
    if (first?.type === "checkbox") {
      box = this.inline([first]);
      [first, ...others] = others;
    }
    let line = "";
    if (first?.type === "text" || first?.type === "paragraph") {
      line = this.inline((first as Tokens.Text).tokens ?? [first]);
    } else if (first !== undefined) {
      others.unshift(first);
    }
    return `<li class="tcj-task"><label>${box}${line}</label>${this.blocks(others)}</li>`;
  }

  #table({ header, rows }: Tokens.Table): string {
    const row = (cells: readonly Tokens.TableCell[], tag: string, scope: string): string =>
      `<tr>${cells.map((cell) => `<${tag}${scope}${cell.align === null ? "" : ` class="tcj-${cell.align}"`}>${this.inline(cell.tokens)}</${tag}>`).join("")}</tr>`;
    const body = rows.map((cells) => row(cells, "td", "")).join("");
    return `<table><thead>${row(header, "th", ' scope="col"')}</thead><tbody>${body}</tbody></table>`;
  }

  #code(token: Tokens.Code): string {
    const language = languageOf(token.lang ?? "");
    const open = this.open && token.codeBlockStyle !== "indented" && !isClosed(token.raw);
    const classes = [language === "" ? "" : `language-${language}`, open ? "tcj-open" : ""].join(" ").trim();
    return `<pre><code class="${escaped(classes)}">${escaped(token.text)}</code></pre>`;
  }

  #span(token: MarkedToken | MathToken): string {
    switch (token.type) {
      case "text":
        if ("tokens" in token && token.tokens !== undefined) return this.inline(token.tokens);
        return this.#marked(escapedAround(token.text));
      case "escape":
        return escaped(token.raw.slice(1));
      case "strong":
      case "em":
      case "del":
        return `<${token.type}>${this.inline(token.tokens)}</${token.type}>`;
      case "codespan":
        return `<code>${escaped(token.text)}</code>`;
      case "br":
        return "<br>";
      case "checkbox":
        return `<input type="checkbox" disabled${token.checked ? " checked" : ""}> `;
      case "link":
        return this.#link(token as Tokens.Link);
      case "image":
        return this.#image(token as Tokens.Image);
      case "math":
        return this.#math(token as MathToken);
      case "html":
        // A bare line break has nothing to carry, and tables cannot be written without it.
        return /^<br\s*\/?>$/i.test(token.raw) ? "<br>" : escaped(token.raw);
      default:
        return escaped(token.raw);
    }
  }

  /** Marks as places for `islands.tsx` to fill; not within a link, which has one thing to press already. */
  #marked(text: string): string {
    return this.#inLink ? text : text.replace(MARK, '<span class="tcj-ref">$&</span>');
  }

  #link({ href, tokens, text, autolink }: Tokens.Link): string {
    const outer = this.#inLink;
    this.#inLink = true;
    const inner = autolink === true ? escaped(text) : this.inline(tokens);
    this.#inLink = outer;
    if (outer) return inner;
    return `<a href="${autolink === true ? escaped(href) : escapedAround(href)}">${inner}</a>`;
  }

  #image({ href, text }: Tokens.Image): string {
    const alt = escapedAround(text);
    if (DATA_IMAGE.test(href)) return `<img src="${href}" alt="${alt}">`;
    return this.#inLink ? alt : `<a class="tcj-image" href="${escapedAround(href)}">${alt}</a>`;
  }

  #math({ text, raw, display }: MathToken): string {
    const made = mathml(text, display);
    if (made === null) return `<code class="tcj-tex">${escaped(raw)}</code>`;
    return `<span class="${display ? "tcj-math tcj-math-display" : "tcj-math"}">${made}</span>`;
  }
}
