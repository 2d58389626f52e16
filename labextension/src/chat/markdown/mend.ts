/**
 * The end of a text that still grows, so that it does not jump when the rest comes.
 *
 * What may yet become something else is held back (the first row of a table, `-` under a line, half an address), and
 * a bold or code that is open is closed for now.
 */

export interface Mended {
  readonly text: string;
  /** How many of the first characters are as they were. */
  readonly kept: number;
}

/** Line beginnings that alone would be read as something that they are not going to be. */
const UNDECIDED = /^[ \t>]*(?:[-+*=_]+|\d{1,9}[.)]?|#{1,6}|`{1,2}|`{3,}[^`]*|~{1,2}|~{3,}.*|\[[^\]]*\]:.*)[ \t]*$/;

export function mended(source: string): Mended {
  const lineStart = source.lastIndexOf("\n") + 1;
  const line = source.slice(lineStart);
  if (insideFence(source.slice(0, lineStart))) {
    return /^[ \t>]*(?:`+|~+)[ \t]*$/.test(line) ? cut(source, lineStart) : { text: source, kept: source.length };
  }
  if (UNDECIDED.test(line)) return cut(source, lineStart);
  const table = undecidedTable(source, lineStart, line);
  return table === null ? mendedLine(source, lineStart, line) : cut(source, table);
}

function cut(source: string, at: number): Mended {
  return { text: source.slice(0, at), kept: at };
}

function insideFence(lines: string): boolean {
  let open = "";
  for (const [, fence] of lines.matchAll(/^[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})/gm)) {
    if (open === "") open = fence!;
    else if (fence!.startsWith(open)) open = "";
  }
  return open !== "";
}

/** Where a table begins of which only the header, or part of the line below it, is there. */
function undecidedTable(source: string, lineStart: number, line: string): number | null {
  if (/^ {0,3}\|/.test(line)) {
    const before = source.slice(0, lineStart);
    if (before === "" || /\n[ \t]*\n$/.test(before)) return lineStart; // a header alone
  }
  if (lineStart === 0 || !/^[ \t]*\|?[ \t]*:?-[-:| \t]*$|^ {0,3}\|[ \t]*$/.test(line)) return null;
  const headerStart = source.lastIndexOf("\n", lineStart - 2) + 1;
  const header = source.slice(headerStart, lineStart);
  const above = source.slice(0, headerStart);
  if (!header.includes("|") || !(above === "" || above.endsWith("\n\n"))) return null;
  const pipes = (text: string): number => text.split("|").length;
  return pipes(line) < pipes(header.trimEnd()) ? headerStart : null;
}

function mendedLine(source: string, lineStart: number, line: string): Mended {
  let text = line;
  const image = text.lastIndexOf("![");
  if (image >= 0 && !text.includes(")", image)) text = text.slice(0, image);
  const address = text.lastIndexOf("](");
  if (address >= 0 && !text.includes(")", address)) {
    const label = text.lastIndexOf("[", address);
    if (label >= 0) text = text.slice(0, label) + text.slice(label + 1, address);
  }
  let end = text.length;
  while (end > 0 && "*_~`".includes(text[end - 1]!)) end--;
  text = text.slice(0, end);
  const outside = text.replace(/`[^`\n]*`/g, "");
  if (outside.includes("`")) text += "`";
  else if (outside.split("**").length % 2 === 0) text = closed(text);
  let same = 0;
  while (same < text.length && text[same] === line[same]) same++;
  return { text: source.slice(0, lineStart) + text, kept: lineStart + same };
}

/** `text` with its bold closed; the mark must touch the last word. */
function closed(text: string): string {
  const words = text.trimEnd();
  return words.endsWith("**") ? words.slice(0, -2) : `${words}**`;
}
