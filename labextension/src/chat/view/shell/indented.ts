/** JSON on lines of its own. Nothing but space between its parts is changed: numbers and texts stay as they were written. */
const PARTS = /"[^"\\]*(?:\\.[^"\\]*)*"|[[{]\s*[\]}]|[[\]{},:]|\s+|[^\s"[\]{},:]+/gs;

/** `text` indented; as it is where it is no JSON. */
export function indented(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let depth = 0;
  const line = (): string => `\n${"  ".repeat(depth)}`;
  return text.replace(PARTS, (part) => {
    switch (part) {
      case "{":
      case "[":
        depth++;
        return part + line();
      case "}":
      case "]":
        depth--;
        return line() + part;
      case ",":
        return part + line();
      case ":":
        return ": ";
    }
    return part.trim() === "" ? "" : part;
  });
}
