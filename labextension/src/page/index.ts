/** The chat on a page of its own, at `…/table-copilot/`. */
import { dialWebSocket } from "../chat/connection/websocket";
import { mountChat } from "../chat/mount";
import { ChatStore } from "../chat/store";
import { showSession, socketUrl, takeToken } from "./address";
import { lastSession } from "../browser/ask";
import { browserLanguage, plainHost, storageOrNull } from "../browser/browser";

const NAME = "Table copilot";

async function start(element: HTMLElement): Promise<void> {
  const language = browserLanguage();
  document.documentElement.lang = language;
  const token = takeToken();
  const dial = dialWebSocket(socketUrl(element.dataset.base ?? ""), token === "" ? undefined : token);
  const named = element.dataset.session ?? "";
  const store = new ChatStore(dial, {
    surface: "page",
    sessionId: named === "" ? await lastSession(dial) : named,
    kernelId: null,
    storage: storageOrNull(),
    language: () => language,
    onSession: (sessionId) => showSession(sessionId),
  });
  store.subscribe(() => {
    const title = store.snapshot.state.session?.title ?? "";
    document.title = title === "" ? NAME : `${title} · ${NAME}`;
  });
  element.replaceChildren(); // what the server had to say until now
  mountChat(element, store, plainHost("page", language));
  // Where there are keys. On a phone the keyboard would cover what there is to read.
  if (matchMedia("(hover: hover)").matches) element.querySelector<HTMLElement>(".tcj-input")?.focus();
}

const element = document.getElementById("chat");
if (element !== null) void start(element);
