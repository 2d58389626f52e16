/** Fences of code: where they open and whether they are closed. */

/** An opening fence at the start of a text, its line complete. */
export const OPENING = /^(?:(`{3,})([^`\n]*)|(~{3,})([^\n]*))\n/;

/** Finds the line that closes `fence`. */
export function closing(fence: string): RegExp {
  return new RegExp(`^ {0,3}${fence[0]}{${fence.length},}[ \\t]*$`, "gm");
}

/** Whether the fenced code that is all of `raw` has its closing fence. */
export function isClosed(raw: string): boolean {
  const lines = raw.trimEnd().split("\n");
  const fence = /^\s*(`{3,}|~{3,})/.exec(lines[0]!)?.[1];
  if (fence === undefined) return true; // indented code has no end to wait for
  const last = lines.at(-1)!.trim();
  return lines.length > 1 && last.length >= fence.length && last === fence[0]!.repeat(last.length);
}

/** `code` without line ends at its end. */
export function trimmed(code: string): string {
  let end = code.length;
  while (end > 0 && code[end - 1] === "\n") end--;
  return code.slice(0, end);
}
