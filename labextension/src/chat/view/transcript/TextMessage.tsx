/** What an agent says: its reasoning folded, its answer as Markdown. */
import { useEffect, useState } from "preact/hooks";
import { useSurroundings, useWords } from "../../context";
import { Markdown } from "../../markdown/Markdown";
import { visible } from "../../markdown/visible";
import type { TextEntry } from "../../state";
import { Elapsed } from "./Time";

const COPIED_SHOWN = 2000;

export function TextMessage({ entry, live }: { entry: TextEntry; live: boolean }) {
  const words = useWords().transcript;
  const thinking = live && !entry.done && entry.text === "";
  const reasoning = entry.reasoning.trim();
  if (entry.text === "" && reasoning === "") return null;
  return (
    <div class="tcj-text">
      {entry.agent !== "" && entry.agent !== "copilot" && <div class="tcj-agent">{visible(entry.agent)}</div>}
      {reasoning !== "" && (
        <details class="tcj-fold tcj-reasoning">
          <summary>
            {thinking ? words.thinking : words.reasoning} {thinking && <Elapsed since={entry.at} />}
          </summary>
          <div class="tcj-nested tcj-wrapped">{visible(reasoning)}</div>
        </details>
      )}
      {entry.text !== "" && <Markdown source={entry.text} streaming={!entry.done} />}
      {entry.partial && entry.done && <div class="tcj-quiet tcj-cut-off">{words.cutOff}</div>}
      {entry.done && entry.text !== "" && <CopyButton text={entry.text} />}
    </div>
  );
}

function CopyButton({ text }: { text: string }) {
  const { host } = useSurroundings();
  const words = useWords().transcript;
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_SHOWN);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () =>
    host.copy(text).then(
      () => setCopied(true),
      () => undefined, // the browser refused: the button then simply doesn't say "Copied"
    );
  return (
    <div class="tcj-actions tcj-copy">
      <button type="button" class="tcj-small-button" onClick={() => void copy()}>
        <span role="status">{copied ? words.copied : words.copy}</span>
      </button>
    </div>
  );
}
