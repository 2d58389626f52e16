/** The chat in a cell: an anywidget module. */
import { mountChat } from "../chat/mount";
import { plainHost } from "../browser/browser";
import { isExported } from "./live";
import { languageOf, type Model } from "./model";
import { SharedChat } from "./shared";

const DEFAULT_HEIGHT = "480px";

const chats = new Map<string, SharedChat>();
/** Each view gets a handle on its model that ends with the view; this is the one that lives as long as the model. */
const models = new Map<string, Model>();

function initialize({ model }: { model: Model }): () => void {
  const id = model.get("_chat_id");
  models.set(id, model);
  return () => {
    models.delete(id);
    chats.get(id)?.close();
  };
}

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  if (isExported(el.ownerDocument)) return () => undefined; // the static transcript is what is shown there
  const id = model.get("_chat_id");
  const chat = chats.get(id) ?? new SharedChat(models.get(id) ?? model, () => chats.delete(id));
  chats.set(id, chat);

  const container = document.createElement("div");
  container.className = "tcj-widget";
  el.classList.add("tcj-widget-view");
  el.append(container);
  const size = (): void => setHeight(container, model.get("height"));
  size();

  let unmount: (() => void) | null = null;
  const mount = (): void => {
    unmount = mountChat(container, chat.store, plainHost("widget", languageOf(model)));
  };
  const speak = (): void => {
    if (unmount !== null) mount();
  };
  model.on("change:height", size);
  model.on("change:language", speak);

  const waiting = whenSeen(container, mount);
  container.hidden = chat.transcript.present; // until there is something live to see instead
  const leave = chat.show(() => {
    container.hidden = false;
  });
  return () => {
    waiting();
    leave();
    model.off("change:height", size);
    model.off("change:language", speak);
    unmount?.();
    container.remove();
  };
}

/** Calls back once the element has a size, which what is inside may measure; returns how to give up. */
function whenSeen(element: HTMLElement, seen: () => void): () => void {
  const observer = new ResizeObserver(() => {
    if (element.offsetWidth === 0) return;
    observer.disconnect();
    seen();
  });
  observer.observe(element);
  return () => observer.disconnect();
}

function setHeight(element: HTMLElement, height: string): void {
  element.style.height = DEFAULT_HEIGHT;
  element.style.height = height; // what is no length changes nothing
}

export default { initialize, render };
