/**
 * Keeps the tables of the kernel known, which change without a word: asked for when the chat comes into view, when
 * the session or the kernel is another one and when a turn has ended; never for a chat that nobody sees.
 */
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useSnapshot, useSurroundings } from "../../context";
import { watchSeen } from "../../markdown/seen";

const SOON_MS = 300;

export function useTables(root: RefObject<HTMLElement>): void {
  const { chat, host } = useSurroundings();
  const { connection, state } = useSnapshot();
  const seen = useSeen(root);
  const ready = connection.state === "open" && !connection.busy && state.session !== null && state.turn === null;
  useEffect(() => {
    if (!seen || !ready) return undefined;
    const timer = setTimeout(() => chat.loadTables(), SOON_MS);
    return () => clearTimeout(timer);
  }, [chat, seen, ready, state.sessionId, state.session?.kernel_id, host.notebook?.kernelId]);
}

function useSeen(root: RefObject<HTMLElement>): boolean {
  const [seen, see] = useState(false);
  useEffect(() => {
    let inView = false;
    const look = () => see(inView && !document.hidden);
    const stop = watchSeen(root.current!, (now) => {
      inView = now;
      look();
    });
    document.addEventListener("visibilitychange", look);
    return () => {
      stop();
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return seen;
}
