/** Components inside of a sanitised fragment: code at each `pre` of a list or quote, a mark at each reference. */
import { render, type ComponentChild } from "preact";
import { SurroundingsContext, type Surroundings } from "../context";
import { CodeBlock } from "./CodeBlock";
import { trimmed } from "./fence";
import type { Filled } from "./graft";
import { languageOf } from "./languages";
import { Mark } from "./Mark";

const ISLAND = "tcj-island";
const REFERENCE = "tcj-ref";
const ALL = `.${ISLAND}, .${REFERENCE}`;
/** What fills an island. */
const contents = new WeakMap<Node, ComponentChild>();

/** Replaces each `pre` of `fragment` by an element that `fill` fills, and empties the references for it. */
export function isolate(fragment: DocumentFragment): void {
  for (const pre of fragment.querySelectorAll("pre")) {
    const inner = pre.querySelector("code");
    const named = [...(inner?.classList ?? [])].find((name) => name.startsWith("language-")) ?? "";
    const island = pre.ownerDocument.createElement("div");
    island.className = ISLAND;
    const code = trimmed(pre.textContent ?? "");
    const open = inner?.classList.contains("tcj-open") ?? false;
    const language = languageOf(named.slice("language-".length));
    contents.set(island, <CodeBlock code={code} language={language} open={open} />);
    pre.replaceWith(island);
  }
  for (const reference of fragment.querySelectorAll(`.${REFERENCE}`)) {
    const name = (reference.textContent ?? "").slice(1, -1);
    contents.set(reference, <Mark key={name} name={name} />);
    reference.textContent = "";
  }
}

/** Renders all islands in `place`. */
export function fill(place: Element, surroundings: Surroundings): void {
  for (const island of place.querySelectorAll(ALL)) {
    const content = contents.get(island);
    if (content === undefined) continue;
    render(<SurroundingsContext.Provider value={surroundings}>{content}</SurroundingsContext.Provider>, island);
  }
}

export const islands: Filled = {
  is: (node) => contents.has(node),
  take(old, fresh) {
    contents.set(old, contents.get(fresh)!);
  },
  drop(node) {
    if (!(node instanceof Element)) return;
    for (const island of [node, ...node.querySelectorAll(ALL)]) {
      if (contents.has(island)) render(null, island);
    }
  },
};
