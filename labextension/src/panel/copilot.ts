/** Holds the panel together: the one connection, what it shows, for which notebook, in which language. */
import type { NotebookPanel } from "@jupyterlab/notebook";
import type { IDisposable } from "@lumino/disposable";
import type { Chat } from "../chat/chat";
import type { CellTarget, Host, Language } from "../chat/host";
import type { Entry } from "../chat/state";
import { failureMessage } from "./failure";
import { fenced } from "./fence";
import { Follower } from "./follow";
import type { CellInNotebook, Notebooks } from "./notebooks";
import type { Content } from "./panel";
import { DEFAULT_SETTINGS, languageOf, type PanelSettings } from "./settings";
import { PANEL_WORDS, type PanelWords } from "./words";

export interface PanelChat extends Chat {
  setKernel(kernelId: string | null): void;
  close(): void;
}

/** What the panel needs of Jupyter. */
export interface Surroundings {
  readonly notebooks: Pick<Notebooks, "front" | "open" | "kernelId" | "describe" | "insert">;
  /** Jupyter's own, such as `zh_CN`. */
  readonly language: string;
  readonly storage: Host["storage"];
  readonly openSettings: Host["openSettings"];
  copy(text: string): Promise<void>;
  hasCopilot(): Promise<boolean>;
  ownSession(notebook: NotebookPanel): Promise<string | null>;
  /** `shown` is called with the id of each session that the chat comes to show. */
  connect(sessionId: string | null, kernelId: string | null, shown: (sessionId: string) => void): PanelChat;
  display(content: Content, words: PanelWords): void;
  /** Brings the notebook's tab to the front. */
  bringToFront(notebook: NotebookPanel): void;
  warn(message: string): void;
  reviewReminders(entries: readonly Entry[]): void;
  /** Commands may look different now. */
  changed(): void;
}

export class Copilot implements IDisposable {
  isDisposed = false;
  private settings = DEFAULT_SETTINGS;
  private chat: PanelChat | null = null;
  private unsubscribe: (() => void) | null = null;
  private starting: Promise<void> | null = null;
  private missing = false;
  private sessionId: string | null = null;
  private wasRunning = false;
  private readonly follower: Follower<NotebookPanel>;

  constructor(private readonly around: Surroundings) {
    this.follower = new Follower(
      {
        ownSession: (notebook) => this.around.ownSession(notebook),
        open: (sessionId) => this.openSession(sessionId),
      },
      DEFAULT_SETTINGS.followNotebook,
    );
  }

  get words(): PanelWords {
    return PANEL_WORDS[this.language];
  }

  get running(): boolean {
    return this.chat !== null && this.chat.snapshot.state.turn !== null;
  }

  get notifiesReminders(): boolean {
    return this.settings.notifyReminders;
  }

  /** Connects, if that was not done before: when the panel is first seen, or a notebook is there to follow. */
  start(): Promise<void> {
    this.starting ??= this.begin();
    return this.starting;
  }

  apply(settings: PanelSettings): void {
    this.settings = settings;
    void this.follower.setFollowing(settings.followNotebook);
    this.refresh();
    this.around.changed();
  }

  frontChanged(): void {
    const { front } = this.around.notebooks;
    if (this.chat !== null) void this.follower.toFront(front);
    else if (front !== null) void this.start();
    this.refresh();
  }

  kernelChanged(notebook: NotebookPanel): void {
    if (this.chat !== null) void this.follower.kernelChanged(notebook);
    this.refresh();
  }

  /** A cell may have made the tables that an empty session shows things to try of. */
  cellRan(notebook: NotebookPanel): void {
    if (notebook === this.target() && this.chat?.snapshot.state.entries.length === 0) this.chat.loadTables();
  }

  /** Shows what changed around the chat: its notebook, kernel or language. */
  refresh(): void {
    if (this.isDisposed) return;
    if (this.chat !== null) {
      const notebook = this.target();
      this.chat.setKernel(this.kernelId);
      this.around.display({ kind: "chat", chat: this.chat, host: this.host(notebook) }, this.words);
    } else if (this.missing) {
      this.around.display({ kind: "missing", checkAgain: () => void this.start() }, this.words);
    } else {
      this.around.display({ kind: "waiting" }, this.words);
    }
  }

  async newSession(): Promise<void> {
    await this.start();
    this.chat?.newSession();
  }

  async showSession(sessionId: string): Promise<void> {
    await this.start();
    this.chat?.openSession(sessionId);
  }

  stop(): void {
    this.chat?.stop();
  }

  remind(reminderId: string, action: "done" | "snooze", minutes?: number): void {
    this.chat?.remind(reminderId, action, minutes);
  }

  /** Puts the cell into the composer, below what is there. */
  async ask(cell: CellInNotebook): Promise<void> {
    const chat = await this.chatOf(cell.notebook);
    if (chat === null) return;
    const draft = chat.snapshot.draft.trimEnd();
    chat.setDraft(`${draft === "" ? "" : `${draft}\n\n`}${fenced(cell.source, cell.language)}\n\n`);
  }

  /** Sends the cell and the type of its error, in the session of its notebook. */
  async askAboutFailure(kind: "explain" | "fix", cell: CellInNotebook): Promise<void> {
    if (cell.failure === null) return;
    const chat = await this.chatOf(cell.notebook);
    await chat?.send(failureMessage(kind, cell, cell.failure, this.words));
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.unsubscribe?.();
    this.chat?.close();
    this.chat = null;
  }

  get language(): Language {
    return languageOf(this.settings.language, this.around.language);
  }

  private async begin(): Promise<void> {
    this.missing = !(await this.around.hasCopilot());
    if (this.isDisposed) return;
    if (this.missing) {
      this.starting = null; // asked again when the user says so
      this.refresh();
      return;
    }
    await this.follower.toFront(this.around.notebooks.front);
    // No notebook, or another came to the front meanwhile.
    if (this.chat === null && !this.isDisposed) this.openSession(null);
  }

  /** The chat, with the notebook's session shown. */
  private async chatOf(notebook: NotebookPanel): Promise<PanelChat | null> {
    await this.start();
    if (this.chat === null) return null;
    await this.follower.show(notebook);
    return this.chat;
  }

  private openSession(sessionId: string | null): void {
    if (this.isDisposed) return;
    this.sessionId = sessionId;
    this.refresh(); // the kernel first: the session is attached with it
    if (this.chat === null) {
      this.chat = this.around.connect(sessionId, this.kernelId, (shown) => this.nowShown(shown));
      this.unsubscribe = this.chat.subscribe(() => this.heard());
      this.refresh();
    } else if (sessionId === null) this.chat.newSession();
    else this.chat.openSession(sessionId);
  }

  private get kernelId(): string | null {
    const notebook = this.target();
    return notebook === null ? null : this.around.notebooks.kernelId(notebook);
  }

  private nowShown(sessionId: string): void {
    this.sessionId = sessionId;
    void this.follower.nowShown(sessionId);
    this.refresh();
  }

  private heard(): void {
    const state = this.chat?.snapshot.state;
    if (state === undefined) return;
    if ((state.turn !== null) !== this.wasRunning) {
      this.wasRunning = state.turn !== null;
      this.around.changed();
    }
    this.around.reviewReminders(state.entries);
  }

  /** The notebook that the shown session belongs to; the one in front, if it belongs to none that is open. */
  private target(): NotebookPanel | null {
    const { notebooks } = this.around;
    const owner = this.sessionId === null ? null : this.follower.owner(this.sessionId, notebooks.open);
    return owner ?? notebooks.front;
  }

  /** What the panel, or a result in an output of this notebook, can do. */
  host(notebook: NotebookPanel | null): Host {
    const { around, settings } = this;
    return {
      surface: "panel",
      language: this.language,
      sendKey: settings.sendKey,
      storage: around.storage,
      copy: (text) => around.copy(text),
      insertCell: notebook === null ? null : (code, target) => this.insert(notebook, code, target),
      notebook: notebook === null ? null : around.notebooks.describe(notebook),
      openSettings: around.openSettings,
    };
  }

  private insert(notebook: NotebookPanel, code: string, target: CellTarget): void {
    if (notebook.isDisposed) return;
    if (notebook !== this.around.notebooks.front) this.around.bringToFront(notebook);
    if (!this.around.notebooks.insert(notebook, code, target)) this.around.warn(this.words.readOnly);
  }
}
