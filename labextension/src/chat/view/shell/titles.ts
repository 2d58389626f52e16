/** How a session is called. */
import { visible } from "../../markdown/visible";
import type { SessionInfo } from "../../protocol";
import type { ShellWords } from "../../words/shell";

/** What the server calls a session in which nothing was said. */
const DEFAULT_TITLE = "New session";

/** Whether nothing was ever done with it: it was opened and left. */
export function isUnused({ title, messages, running }: SessionInfo): boolean {
  return messages === 0 && !running && (title.trim() === "" || title === DEFAULT_TITLE);
}

export function titleOf(session: SessionInfo | null, words: ShellWords): string {
  const title = session?.title.trim() ?? "";
  return title === "" || title === DEFAULT_TITLE ? words.defaultTitle : visible(title);
}
