/** Messages on their way: shown until their event comes, so that nothing flickers between the two. */
import type { Attachment } from "../connection/attachment";
import { newId } from "../connection/ids";
import type { SendOptions } from "../chat";
import type { Language } from "../host";
import type { Message } from "../protocol";
import type { UserEntry } from "../state";

export interface Letter {
  readonly attachment: Attachment;
  readonly entry: UserEntry;
  readonly options: SendOptions;
  /** Where the server has put it, from its ack on. */
  seq: number | null;
}

export class Outbox {
  #letters: readonly Letter[] = [];
  /** Sent without an answer: the server may have it. Said again, it keeps its id, and so is taken once. */
  #unsure: Letter | null = null;

  add(attachment: Attachment, content: string, surface: string, options: SendOptions): Letter {
    const again = this.#unsure;
    const same =
      again !== null &&
      again.attachment.sessionId === attachment.sessionId &&
      again.entry.content === content &&
      again.options.agent === options.agent &&
      again.options.replaces === options.replaces;
    const messageId = same ? again.entry.messageId : newId();
    this.#unsure = null;
    const entry: UserEntry = {
      kind: "user",
      key: `user:${messageId}`,
      at: new Date().toISOString(),
      turnId: null,
      messageId,
      content,
      surface,
      agent: options.agent ?? null,
    };
    const letter: Letter = { attachment, entry, options, seq: null };
    this.#letters = [...this.#letters, letter];
    return letter;
  }

  /** Its event came, or its answer. */
  remove(messageId: string): void {
    if (this.#unsure?.entry.messageId === messageId) this.#unsure = null;
    this.#keep((letter) => letter.entry.messageId !== messageId);
  }

  /** It failed, and nobody knows whether the server has it. */
  lose(letter: Letter): void {
    this.remove(letter.entry.messageId);
    this.#unsure = letter;
  }

  /** All events of the session up to `seq` are shown. */
  caughtUp(sessionId: string, seq: number): void {
    this.#keep((one) => one.seq === null || one.seq > seq || one.attachment.sessionId !== sessionId);
  }

  /** Those of one session; the same list until they changed. */
  of(attachment: Attachment, shown: readonly UserEntry[]): readonly UserEntry[] {
    const { sessionId } = attachment;
    const isOf = (one: Attachment): boolean =>
      one === attachment || (sessionId !== null && one.sessionId === sessionId);
    const entries = this.#letters.filter((one) => isOf(one.attachment)).map((one) => one.entry);
    return entries.length === shown.length && entries.every((entry, place) => entry === shown[place]) ? shown : entries;
  }

  #keep(wanted: (letter: Letter) => boolean): void {
    if (!this.#letters.every(wanted)) this.#letters = this.#letters.filter(wanted);
  }
}

export function messageFrame(session_id: string, { entry, options }: Letter, language?: Language): Message {
  const { messageId: message_id, content } = entry;
  const frame: Message = { type: "message", session_id, message_id, content };
  if (language !== undefined && isCommand(content)) frame.language = language;
  if (options.agent !== undefined) frame.agent = options.agent;
  if (options.replaces !== undefined) frame.replaces = options.replaces;
  if (options.mentions?.length) frame.mentions = [...options.mentions];
  return frame;
}

/** `//` is how a message begins with a slash. */
export function isCommand(content: string): boolean {
  return content.startsWith("/") && !content.startsWith("//");
}
