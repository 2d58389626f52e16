/** What every part of the view needs, handed down once. */
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Chat, Snapshot } from "./chat";
import type { Host } from "./host";
import { WORDS, type Words } from "./words";

export interface Surroundings {
  readonly chat: Chat;
  readonly host: Host;
}

export const SurroundingsContext = createContext<Surroundings | null>(null);

export function useSurroundings(): Surroundings {
  const found = useContext(SurroundingsContext);
  if (found === null) throw new Error("a part of the chat was rendered outside of it");
  return found;
}

/** The place of something that stands outside of a chat, such as a result in a cell's output. */
export const HostContext = createContext<Host | null>(null);

/** What the place around can do: a chat's, or that of what stands alone. */
export function useHost(): Host {
  const alone = useContext(HostContext);
  const chat = useContext(SurroundingsContext);
  const found = alone ?? chat?.host;
  if (found === undefined) throw new Error("a part of the chat was rendered outside of any place");
  return found;
}

/** The words of the chat in its language. */
export function useWords(): Words {
  return WORDS[useHost().language];
}

/** What to show now; renders again when it changed. */
export function useSnapshot(): Snapshot {
  return useSelected((snapshot) => snapshot);
}

/** A part of what to show now; renders again only when that part is another object. What `select` asks for stays. */
export function useSelected<T>(select: (snapshot: Snapshot) => T): T {
  const { chat } = useSurroundings();
  const [selected, show] = useState(() => select(chat.snapshot));
  useEffect(() => {
    const look = () => show(() => select(chat.snapshot));
    look(); // it may have changed between the rendering and now
    return chat.subscribe(look);
  }, [chat]);
  return selected;
}
