/** Text that came from elsewhere, put into Markdown as code. */

/** A code block that nothing in `content` can end. */
export function fenced(content: string, language = ""): string {
  const longest = Math.max(2, ...(content.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language.replace(/[^\w+#.-]/g, "")}\n${content.replace(/\n+$/, "")}\n${fence}`;
}

/** At most `limit` characters and a line that says what is missing: a bit of the beginning, and the end. */
export function shortened(text: string, limit: number, leftOut: (characters: number) => string): string {
  if (text.length <= limit) return text;
  const head = wholeLines(text.slice(0, Math.floor(limit / 4)), "end");
  const tail = wholeLines(text.slice(text.length - Math.ceil((limit * 3) / 4)), "start");
  return `${head}\n${leftOut(text.length - head.length - tail.length)}\n${tail}`;
}

/** Without the line that was cut, unless it is the only one. */
function wholeLines(text: string, cutAt: "start" | "end"): string {
  const at = cutAt === "end" ? text.lastIndexOf("\n") : text.indexOf("\n");
  const whole = at < 0 ? text : cutAt === "end" ? text.slice(0, at) : text.slice(at + 1);
  // Half of a character that takes two code units would be garbled.
  return whole.replace(/[\ud800-\udbff]$/, "").replace(/^[\udc00-\udfff]/, "");
}
