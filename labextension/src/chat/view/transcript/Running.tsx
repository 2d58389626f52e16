/** What the running turn is at, and for how long. Only a change between thinking and waiting is announced. */
import { useWords } from "../../context";
import type { Entry, RunningTurn } from "../../state";
import { lastAtWork, waitsForUser } from "./order";
import { Elapsed } from "./Time";

export function Running({ turn, entries }: { turn: RunningTurn; entries: readonly Entry[] }) {
  const words = useWords().transcript;
  const mine = entries.filter((entry) => entry.turnId === turn.turnId);
  const waits = waitsForUser(mine);
  const last = lastAtWork(mine);
  const works = !waits && last?.kind === "tool" && last.ok === null;
  const writes = !waits && last?.kind === "text" && !last.done && last.text !== "";
  // Growing reasoning says so itself, where it is.
  if (!waits && last?.kind === "text" && !last.done && last.text === "" && last.reasoning.trim() !== "") return null;
  return (
    <div class="tcj-running">
      {!waits && !works && !writes && <span class="tcj-spinner" aria-hidden="true" />}
      <span aria-live="polite">{waits ? words.waiting : works || writes ? "" : words.thinking}</span>
      {works && <span>{words.working}</span>}
      {writes && <span>{words.writing}</span>}
      <Elapsed key={turn.turnId} since={turn.startedAt} />
    </div>
  );
}
