/** What an agent says: its reasoning folded, its answer as Markdown. */
import { useWords } from "../../context";
import { useCopying } from "../../markdown/copying";
import { Markdown } from "../../markdown/Markdown";
import { visible } from "../../markdown/visible";
import type { TextEntry } from "../../state";
import { Evidence } from "../evidence/Evidence";
import { Elapsed } from "./Time";

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
      {entry.proof !== null && <Evidence proof={entry.proof} text={entry.text} />}
      {entry.partial && entry.done && <div class="tcj-quiet tcj-cut-off">{words.cutOff}</div>}
      {entry.done && entry.text !== "" && <CopyButton text={entry.text} />}
    </div>
  );
}

function CopyButton({ text }: { text: string }) {
  const words = useWords().transcript;
  const [said, copy] = useCopying();
  return (
    <div class="tcj-actions tcj-copy">
      <button type="button" class="tcj-small-button" onClick={() => copy(text)}>
        <span role="status">{said === "" ? words.copy : said}</span>
      </button>
    </div>
  );
}
