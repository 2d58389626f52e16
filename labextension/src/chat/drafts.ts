/** What was typed and not sent, one text for each session. Storage that does not work is as good as none. */
import type { Host } from "./host";

const PREFIX = "table-copilot:draft:";

export class Drafts {
  readonly #storage: Host["storage"];

  constructor(storage: Host["storage"]) {
    this.#storage = storage;
  }

  /** "" for a session without a draft; one without an id yet has none. */
  read(sessionId: string | null): string {
    if (!sessionId) return "";
    try {
      return this.#storage?.getItem(PREFIX + sessionId) ?? "";
    } catch {
      return "";
    }
  }

  write(sessionId: string | null, text: string): void {
    if (!sessionId) return;
    try {
      if (text === "") this.#storage?.removeItem(PREFIX + sessionId);
      else this.#storage?.setItem(PREFIX + sessionId, text);
    } catch {
      // a private window, or full: the draft lives as long as the page
    }
  }
}
