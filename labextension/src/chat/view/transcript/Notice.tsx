/** What the server has to say: a command's answer below the command, or a warning. */
import { useWords } from "../../context";
import { Markdown } from "../../markdown/Markdown";
import { visible } from "../../markdown/visible";
import type { NoticeEntry } from "../../state";

export function Notice({ entry }: { entry: NoticeEntry }) {
  const words = useWords().transcript;
  const warns = entry.level === "warning";
  return (
    <div class={warns ? "tcj-notice tcj-warning" : "tcj-notice"}>
      {entry.command !== null && entry.command !== "" && <div class="tcj-command">{visible(entry.command)}</div>}
      {warns && <span class="tcj-unseen">{words.warning}: </span>}
      <Markdown source={entry.content} streaming={false} />
    </div>
  );
}
