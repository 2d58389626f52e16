/** Saying the last message again, as it was or otherwise: the session goes back to before it. */
import type { Chat } from "../../chat";
import type { UserEntry } from "../../state";
import { lastUser } from "./order";

export function replace(chat: Chat, message: UserEntry, content: string): void {
  const agent = message.agent === null ? {} : { agent: message.agent };
  void chat.send(content, { ...agent, replaces: message.messageId });
}

export function retryLast(chat: Chat): void {
  const message = lastUser(chat.snapshot.state);
  if (message !== null) replace(chat, message, message.content);
}
