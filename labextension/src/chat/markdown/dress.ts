/** Turns sanitised elements into what is shown: links tell where they lead, wide tables scroll, no text is hidden. */
import type { CodeWords } from "../words/code";
import { destination, followable, names } from "./links";
import { visible } from "./visible";

/** Operators that are rightly invisible in a formula, such as the one between a function and its argument. */
const INVISIBLE_OPERATOR = /^[\u200b\u2060-\u2064]$/;

/** Dresses `fragment`. `numberOf` gives the table at a position its number, the same one each time. */
export function dress(fragment: DocumentFragment, words: CodeWords, numberOf: (position: number) => number): void {
  showHidden(fragment);
  for (const link of fragment.querySelectorAll("a")) dressLink(link, words);
  for (const image of fragment.querySelectorAll("img")) image.setAttribute("alt", visible(image.alt));
  for (const formula of fragment.querySelectorAll(".tcj-math-display")) formula.setAttribute("tabindex", "0");
  for (const header of fragment.querySelectorAll("th")) {
    if (header.textContent?.trim() === "" && header.childElementCount === 0) makePlain(header);
  }
  [...fragment.querySelectorAll("table")]
    .filter((table) => table.parentElement?.closest("table") == null)
    .forEach((table, position) => makeScrollable(table, words.table(numberOf(position), headersOf(table))));
}

function showHidden(fragment: DocumentFragment): void {
  const texts = fragment.ownerDocument.createTreeWalker(fragment, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode() as Text | null; text !== null; text = texts.nextNode() as Text | null) {
    const shown = visible(text.data);
    if (shown === text.data) continue;
    if (text.parentElement?.namespaceURI?.endsWith("MathML") === true && INVISIBLE_OPERATOR.test(text.data)) continue;
    text.data = shown;
  }
}

function dressLink(link: HTMLAnchorElement, words: CodeWords): void {
  const url = followable(link.getAttribute("href") ?? "");
  const isImage = link.classList.contains("tcj-image");
  if (url === null) {
    if (isImage && link.textContent === "") link.append(words.image(""));
    link.replaceWith(...link.childNodes);
    return;
  }
  if (url.protocol === "mailto:") url.search = ""; // no text, copies or attachments that nobody saw
  link.setAttribute("href", url.href);
  link.setAttribute("target", "_blank");
  link.setAttribute("rel", "noopener noreferrer");
  const where = visible(destination(url));
  if (isImage) {
    link.textContent = `${words.image(link.textContent ?? "")} — ${where} ↗`;
  } else if (!names(link.textContent ?? "", url)) {
    const told = link.ownerDocument.createElement("span");
    told.className = "tcj-where";
    told.textContent = ` (${where})`;
    link.after(told);
  }
}

/** The corner above an index names nothing, so it is no header. */
function makePlain(header: HTMLTableCellElement): void {
  const cell = header.ownerDocument.createElement("td");
  for (const { name, value } of header.attributes) if (name !== "scope") cell.setAttribute(name, value);
  header.replaceWith(cell);
}

function makeScrollable(table: HTMLTableElement, name: string): void {
  const region = table.ownerDocument.createElement("div");
  region.className = "tcj-table";
  region.setAttribute("role", "region");
  region.setAttribute("tabindex", "0");
  region.setAttribute("aria-label", name);
  table.replaceWith(region);
  region.append(table);
}

function headersOf(table: HTMLTableElement): string {
  const cells = [...(table.querySelector("tr")?.querySelectorAll("th") ?? [])];
  const text = cells
    .map((cell) => cell.textContent?.trim() ?? "")
    .filter((name) => name !== "")
    .join(", ");
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

let tables = 0;

/** Numbers for the tables of one place: each stays as it is when the place is rendered again. */
export function numbering(): (position: number) => number {
  const numbers: number[] = [];
  return (position) => (numbers[position] ??= ++tables);
}
