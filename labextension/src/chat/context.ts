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

/** The words of the chat in its language. */
export function useWords(): Words {
  return WORDS[useSurroundings().host.language];
}

/** What to show now; renders again when it changed. */
export function useSnapshot(): Snapshot {
  const { chat } = useSurroundings();
  const [snapshot, show] = useState(chat.snapshot);
  useEffect(() => {
    show(chat.snapshot); // it may have changed between the rendering and now
    return chat.subscribe(() => show(chat.snapshot));
  }, [chat]);
  return snapshot;
}
