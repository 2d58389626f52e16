/** What a place that the chat is mounted in can do for it. */
export type Language = "en" | "zh";

export interface Notebook {
  /** Its file name. */
  readonly name: string;
  readonly kernelId: string | null;
}

/** Where a code block or a query can go. */
export type CellTarget = "below" | "active";

export interface Host {
  readonly surface: "widget" | "panel" | "page";
  readonly language: Language;
  /** Which key sends a message; the other one breaks the line. */
  readonly sendKey: "enter" | "ctrl-enter";
  /** Keeps drafts; may throw (private windows). */
  readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
  copy(text: string): Promise<void>;
  /** null where no notebook is in reach. */
  readonly insertCell: ((code: string, target: CellTarget) => void) | null;
  /** The notebook whose tables the conversation is about; null where there is none. */
  readonly notebook: Notebook | null;
  /** Opens the settings of this place; null where it has none. */
  readonly openSettings: (() => void) | null;
}
