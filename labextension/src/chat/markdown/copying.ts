/** A button that copies says for a moment how it went. */
import { useEffect, useState } from "preact/hooks";
import { useHost, useWords } from "../context";

const SHOWN_MS = 2_000;

/** What to say now, "" for nothing; and how to copy. */
export function useCopying(): readonly [said: string, copy: (text: string) => void] {
  const host = useHost();
  const words = useWords().code;
  const [said, say] = useState("");
  useEffect(() => {
    if (said === "") return undefined;
    const timer = setTimeout(() => say(""), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = (text: string): void =>
    void host.copy(text).then(
      () => say(words.copied),
      () => say(words.notCopied),
    );
  return [said, copy];
}
