/**
 * Decides which session the panel shows.
 *
 * Each notebook has a session of its own, the one that its cells talk in. While the panel follows, it shows what
 * belongs to the notebook in front. A session that the user picks meanwhile stays with that notebook: it is shown
 * again when the notebook comes back to the front, until the page is loaded anew.
 *
 * `Notebook` is whatever stands for an open notebook; it is only compared.
 */
export interface FollowActions<Notebook> {
  /** The id of the notebook's own session; null where the server can't tell. */
  ownSession(notebook: Notebook): Promise<string | null>;
  /** Show this session; null: a new one. */
  open(sessionId: string | null): void;
}

export class Follower<Notebook extends object> {
  private front: Notebook | null = null;
  /** What is shown, or was asked for last. */
  private shown: string | null = null;
  private requests = 0;
  private readonly own = new WeakMap<Notebook, string>();
  private readonly picked = new WeakMap<Notebook, string>();

  constructor(
    private readonly actions: FollowActions<Notebook>,
    private following: boolean,
  ) {}

  /** Another notebook came to the front, or none is left. */
  async toFront(notebook: Notebook | null): Promise<void> {
    this.front = notebook;
    const request = ++this.requests;
    if (notebook === null || (!this.following && this.shown !== null)) return;
    const sessionId = await this.sessionOf(notebook);
    if (request === this.requests && (sessionId === null || sessionId !== this.shown)) this.open(sessionId);
  }

  /** Show the notebook's session, following or not. */
  async show(notebook: Notebook): Promise<void> {
    const sessionId = await this.sessionOf(notebook);
    this.requests += 1; // what is still on its way comes too late
    this.open(sessionId);
  }

  async setFollowing(following: boolean): Promise<void> {
    if (following === this.following) return;
    this.following = following;
    if (following) await this.toFront(this.front);
  }

  /** The notebook has another kernel, which may go by another name. */
  async kernelChanged(notebook: Notebook): Promise<void> {
    this.own.delete(notebook);
    if (notebook === this.front && !this.picked.has(notebook)) await this.toFront(notebook);
  }

  /**
   * The chat shows this session now. Where we did not ask for it, the user picked it; or the notebook's own was
   * deleted, and the chat began a new one in its place: then the notebook has another by now, which is shown instead.
   */
  async nowShown(sessionId: string): Promise<void> {
    const [left, notebook] = [this.shown, this.front];
    if (sessionId === left) return;
    this.shown = sessionId;
    if (notebook === null) return;
    this.picked.set(notebook, sessionId);
    if (left === null || left !== this.own.get(notebook)) return;
    this.own.delete(notebook);
    const own = await this.ownOf(notebook);
    if (own === null || own === left || this.shown !== sessionId) return;
    this.picked.delete(notebook);
    this.open(own);
  }

  /** The open notebook that the session belongs to: the one in front, if several show it; null if none does. */
  owner(sessionId: string, open: Iterable<Notebook>): Notebook | null {
    let found: Notebook | null = null;
    for (const notebook of open) {
      if (this.picked.get(notebook) !== sessionId && this.own.get(notebook) !== sessionId) continue;
      if (notebook === this.front) return notebook;
      found ??= notebook;
    }
    return found;
  }

  private open(sessionId: string | null): void {
    if (sessionId !== null) this.shown = sessionId;
    this.actions.open(sessionId);
  }

  private async sessionOf(notebook: Notebook): Promise<string | null> {
    return this.picked.get(notebook) ?? (await this.ownOf(notebook));
  }

  private async ownOf(notebook: Notebook): Promise<string | null> {
    const known = this.own.get(notebook);
    if (known !== undefined) return known;
    const sessionId = await this.actions.ownSession(notebook);
    if (sessionId !== null) this.own.set(notebook, sessionId);
    return sessionId;
  }
}
