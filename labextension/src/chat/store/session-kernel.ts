/** Tells a session which kernel it is about, before a message that needs it; once, however many messages wait for it. */
import type { ClientFrame, SessionInfo } from "../protocol";

interface Told {
  readonly sessionId: string;
  readonly kernelId: string;
  readonly done: Promise<unknown>;
}

export class SessionKernel {
  /** The kernel of the notebook; null where there is none. */
  kernelId: string | null;

  readonly #request: (frame: ClientFrame) => Promise<unknown>;
  #told: Told | null = null;

  constructor(kernelId: string | null, request: (frame: ClientFrame) => Promise<unknown>) {
    this.kernelId = kernelId;
    this.#request = request;
  }

  /** Rejects when the server refuses. */
  async tell(sessionId: string, kernelId: string | null, session: SessionInfo | null): Promise<void> {
    if (kernelId === null) return;
    if (this.#told?.sessionId !== sessionId || this.#told.kernelId !== kernelId) {
      if (session?.session_id === sessionId && session.kernel_id === kernelId) return;
      const done = this.#request({ type: "configure", session_id: sessionId, kernel_id: kernelId });
      this.#told = { sessionId, kernelId, done };
    }
    const told = this.#told;
    try {
      await told.done;
    } catch (error) {
      if (this.#told === told) this.#told = null;
      throw error;
    }
  }

  /** The session says itself which kernel it has. */
  updated(sessionId: string): void {
    if (this.#told?.sessionId === sessionId) this.#told = null;
  }
}
