/** Every text of the attack corpus, as Markdown at once and in pieces, as code and as a tool's HTML. */
import { afterEach, describe, expect, it } from "vitest";
import corpus from "../../tests/browser/attacks.json";
import { Html } from "../src/chat/markdown/Html";
import { makePlace, type Place } from "./markdown-place";

const ELEMENTS = new Set(
  (
    "p h1 h2 h3 h4 h5 h6 hr br strong em del b i s u small sub sup code pre span div ul ol li blockquote a img input " +
    "label table caption colgroup col thead tbody tfoot tr th td figure button " +
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts " +
    "mprescripts mtable mtr mtd mstyle mpadded mphantom menclose merror"
  ).split(" "),
);

const ATTRIBUTES = new Set(
  (
    "class href target rel src alt type checked disabled start scope colspan rowspan span role tabindex aria-label " +
    "display width height depth voffset lspace rspace minsize maxsize linethickness mathsize scriptlevel displaystyle " +
    "mathvariant mathcolor stretchy symmetric fence separator largeop movablelimits form accent accentunder notation"
  ).split(" "),
);

const CLASSES =
  /^(?:hljs.*|language-[a-z]+|\w+_|tcj-(?:block|group|group-whole|code|code-.*|said|island|markdown|html|raw|task|image|tex|left|right|center|math|math-display|table|where|m-.*)|tml-.*|(?:chr|wbk)-.*|menclose|(?:up|down)strike|sout)$/;

const HIDDEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e0fff}]/u;

/** What of `root` could run, load, submit or overlay. */
function dangers(root: Element): string[] {
  const found: string[] = [];
  for (const element of root.querySelectorAll("*")) {
    if (!ELEMENTS.has(element.localName)) found.push(`<${element.localName}>`);
    for (const { name, value } of element.attributes) {
      if (!ATTRIBUTES.has(name)) found.push(`${element.localName} ${name}`);
      if (name === "href" && !(element.localName === "a" && /^(?:https?:\/\/|mailto:[^?]*$)/.test(value)))
        found.push(value);
      if (name === "src" && !/^data:image\/(?:png|jpeg|gif|webp);base64,[\w+/=]+$/.test(value)) found.push(value);
      if (name === "class") found.push(...value.split(" ").filter((part) => !CLASSES.test(part)));
    }
    if (element.localName === "a") {
      const { target, rel } = element as HTMLAnchorElement;
      if (target !== "_blank" || rel !== "noopener noreferrer") found.push("a link that keeps its opener");
    }
    if (element.localName === "input" && !(element as HTMLInputElement).disabled) found.push("an input");
    if (element.localName === "button" && element.closest(".tcj-code-head") === null) found.push("a button");
    if (element.namespaceURI?.endsWith("svg") === true) found.push("SVG");
  }
  if (HIDDEN.test(root.textContent ?? "")) found.push("hidden characters");
  return found;
}

let place: Place;
afterEach(() => {
  place.end();
  expect((globalThis as { __attacked?: number }).__attacked).toBeUndefined();
});

it("the corpus has at least 80 attacks with names of their own", () => {
  place = makePlace();
  expect(corpus.length).toBeGreaterThanOrEqual(80);
  expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length);
});

describe.each(corpus)("$name", ({ text }) => {
  it("is harmless as Markdown", () => {
    place = makePlace();
    expect(dangers(place.markdown(text))).toEqual([]);
  });

  it("is harmless while it comes in pieces, and looks the same in the end", () => {
    const whole = makePlace();
    const wanted = whole.markdown(text).innerHTML.replace(/Table \d+/g, "");
    whole.end();
    place = makePlace();
    const pieces = Math.ceil(text.length / 7);
    let piece = 0;
    const end = place.stream(text, 7, () => {
      // Of long texts only every so many states are looked at.
      if (piece++ % Math.ceil(pieces / 60) === 0) expect(dangers(place.element)).toEqual([]);
    });
    expect(dangers(end)).toEqual([]);
    expect(end.innerHTML.replace(/Table \d+/g, "")).toBe(wanted);
  }, 20_000);

  it("is harmless as a tool's HTML", () => {
    place = makePlace();
    place.show(<Html html={text} />);
    expect(dangers(place.element)).toEqual([]);
    expect(place.element.querySelector("a, img, input, button, [class]:not(.tcj-html, .tcj-table)")).toBeNull();
  });
});
