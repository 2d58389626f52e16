/** What an approval asks, in the chat's own words where it has some, else as the server says it. */
import { asText, SHARE } from "../../fold/fields";
import { visible } from "../../markdown/visible";
import type { ApprovalEntry } from "../../state";
import type { TranscriptWords } from "../../words/transcript";

export const RUN = "run_code";

export function asking(entry: ApprovalEntry, words: TranscriptWords): string {
  if (entry.tool === RUN) return words.asksToRun(visible(entry.content));
  const what = entry.tool === SHARE ? asText(entry.arguments.what) : "";
  return what === "" ? visible(entry.content) : words.asksToSee(visible(what));
}
