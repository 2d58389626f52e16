/**
 * One chat for all views of a widget: what is typed or scrolled away in one is there when the view is made again, as
 * notebooks do when a cell is moved or a tab is opened.
 */
import type { Dial } from "../chat/connection/transport";
import { ChatStore } from "../chat/store";
import { storageOrNull } from "../browser/browser";
import { StaticTranscript } from "./live";
import { languageOf, type Model } from "./model";
import { chooseDial, pageServer } from "./transport";

/** How long a chat that nobody sees any more is kept. */
const KEEP_MS = 30_000;

export class SharedChat {
  readonly store: ChatStore;
  readonly transcript: StaticTranscript;
  readonly #model: Model;
  readonly #ended: () => void;
  readonly #sessionChosen = (): void => this.#openChosen();
  readonly #unsubscribe: () => void;
  readonly #waiting = new Set<() => void>();
  #views = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #wasOpen = false;

  constructor(model: Model, ended: () => void, dial: Dial = dialFor(model)) {
    this.#model = model;
    this.#ended = ended;
    this.transcript = new StaticTranscript(model.get("_chat_id"));
    this.store = new ChatStore(dial, {
      surface: "widget",
      sessionId: model.get("session_id") || null,
      kernelId: model.get("_kernel_id") || null,
      language: () => languageOf(model),
      storage: storageOrNull(),
      onSession: (sessionId: string) => this.#tellSession(sessionId),
    });
    model.on("change:session_id", this.#sessionChosen);
    this.#unsubscribe = this.store.subscribe(() => this.#look());
  }

  /** Counts a view; returns how to count it off again. `connected` is called once there is something live to see. */
  show(connected: () => void): () => void {
    this.#views++;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting.add(connected);
    this.#look();
    let shown = true;
    return () => {
      if (!shown) return;
      shown = false;
      this.#waiting.delete(connected);
      if (--this.#views > 0) return;
      this.transcript.show();
      this.#timer = setTimeout(() => this.close(), KEEP_MS);
    };
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#unsubscribe();
    this.#model.off("change:session_id", this.#sessionChosen);
    this.transcript.show();
    this.store.close();
    this.#ended();
  }

  #look(): void {
    const { state } = this.store.snapshot.connection;
    this.#wasOpen ||= state === "open";
    if (!this.#wasOpen && state !== "lost") return;
    if (this.#wasOpen && this.#views > 0) this.transcript.hide();
    for (const connected of [...this.#waiting]) {
      this.#waiting.delete(connected);
      connected();
    }
  }

  #openChosen(): void {
    const chosen = this.#model.get("session_id");
    if (chosen !== "" && chosen !== this.store.snapshot.state.sessionId) this.store.openSession(chosen);
  }

  #tellSession(sessionId: string): void {
    if (sessionId === "" || sessionId === this.#model.get("session_id")) return;
    this.#model.set("session_id", sessionId);
    this.#model.save_changes();
  }
}

function dialFor(model: Model): Dial {
  const session = () => ({ sessionId: model.get("session_id"), epoch: model.get("_epoch") });
  return chooseDial(model, session, pageServer());
}
