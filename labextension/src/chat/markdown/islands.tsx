/** Code inside of lists and quotes: a `CodeBlock` component at each `pre` of a sanitised fragment. */
import { render } from "preact";
import { SurroundingsContext, type Surroundings } from "../context";
import { CodeBlock } from "./CodeBlock";
import { trimmed } from "./fence";
import type { Filled } from "./graft";
import { languageOf } from "./languages";

interface Code {
  readonly code: string;
  readonly language: string;
  readonly open: boolean;
}

const ISLAND = "tcj-island";
const contents = new WeakMap<Node, Code>();

/** Replaces each `pre` of `fragment` by an element that `fill` fills. */
export function isolate(fragment: DocumentFragment): void {
  for (const pre of fragment.querySelectorAll("pre")) {
    const inner = pre.querySelector("code");
    const named = [...(inner?.classList ?? [])].find((name) => name.startsWith("language-")) ?? "";
    const island = pre.ownerDocument.createElement("div");
    island.className = ISLAND;
    contents.set(island, {
      code: trimmed(pre.textContent ?? ""),
      language: languageOf(named.slice("language-".length)),
      open: inner?.classList.contains("tcj-open") ?? false,
    });
    pre.replaceWith(island);
  }
}

/** Renders the code of all islands in `place`. */
export function fill(place: Element, surroundings: Surroundings): void {
  for (const island of place.querySelectorAll(`.${ISLAND}`)) {
    const code = contents.get(island);
    if (code === undefined) continue;
    render(
      <SurroundingsContext.Provider value={surroundings}>
        <CodeBlock {...code} />
      </SurroundingsContext.Provider>,
      island,
    );
  }
}

export const islands: Filled = {
  is: (node) => contents.has(node),
  take(old, fresh) {
    contents.set(old, contents.get(fresh)!);
  },
  drop(node) {
    if (!(node instanceof Element)) return;
    for (const island of [node, ...node.querySelectorAll(`.${ISLAND}`)]) {
      if (contents.has(island)) render(null, island);
    }
  },
};
