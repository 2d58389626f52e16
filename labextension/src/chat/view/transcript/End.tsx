/** The end of a turn: a sentence where it did not simply complete, and a quiet line with what it took. */
import { useSurroundings, useWords } from "../../context";
import { visible } from "../../markdown/visible";
import type { EndEntry } from "../../state";
import { duration, grouped } from "../figures";
import { retryLast } from "./again";
import { RelativeTime } from "./Time";

export function End({ entry, again }: { entry: EndEntry; again: boolean }) {
  const { chat, host } = useSurroundings();
  const words = useWords().transcript;
  const said = entry.reason === "complete" || entry.reason === "error" ? null : words.ends[entry.reason];
  const tokens = entry.inputTokens + entry.outputTokens > 0;
  const figures = [
    entry.model === "offline" ? "" : visible(entry.model), // it says itself that it is
    tokens ? words.tokens(grouped(entry.inputTokens), grouped(entry.outputTokens)) : "",
    entry.elapsedMs > 0 ? duration(entry.elapsedMs, host.language) : "",
  ].filter((part) => part !== "");
  return (
    <div class="tcj-end">
      {said !== null && <div class="tcj-why">{said}</div>}
      {again && entry.reason === "limit" && (
        <button type="button" class="tcj-card-button" onClick={() => void chat.send(words.goOnMessage)}>
          {words.goOn}
        </button>
      )}
      {again && entry.reason === "interrupted" && (
        <button type="button" class="tcj-card-button" onClick={() => retryLast(chat)}>
          {words.retry}
        </button>
      )}
      <div class="tcj-quiet">
        {figures.map((figure) => (
          <span class="tcj-figure" key={figure}>
            {figure} ·{" "}
          </span>
        ))}
        <RelativeTime at={entry.at} />
      </div>
    </div>
  );
}
