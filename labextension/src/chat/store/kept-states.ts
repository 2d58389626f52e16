/** The states of the sessions that were shown last, so that going back to one is fast. */
import type { ChatState } from "../state";

const MOST = 5;

export class KeptStates {
  readonly #states = new Map<string, ChatState>();

  keep(state: ChatState): void {
    this.#states.delete(state.sessionId);
    if (state.epoch === null || state.deleted) return;
    this.#states.set(state.sessionId, state);
    for (const oldest of this.#states.keys()) {
      if (this.#states.size <= MOST) break;
      this.#states.delete(oldest);
    }
  }

  take(sessionId: string): ChatState | null {
    const state = this.#states.get(sessionId) ?? null;
    this.#states.delete(sessionId);
    return state;
  }

  change(sessionId: string, change: (state: ChatState) => ChatState): void {
    const state = this.#states.get(sessionId);
    if (state !== undefined) this.#states.set(sessionId, change(state));
  }
}
