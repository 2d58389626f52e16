/** Puts a chat into an element. */
import { render } from "preact";
import type { Chat } from "./chat";
import { SurroundingsContext } from "./context";
import type { Host } from "./host";
import { ChatView } from "./view/ChatView";

/** Shows `chat` in `element`; call it again with another host to change language or notebook. Returns how to end it. */
export function mountChat(element: HTMLElement, chat: Chat, host: Host): () => void {
  render(
    <SurroundingsContext.Provider value={{ chat, host }}>
      <ChatView />
    </SurroundingsContext.Provider>,
    element,
  );
  return () => render(null, element);
}
