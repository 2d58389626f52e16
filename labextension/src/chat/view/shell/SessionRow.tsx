/** One session in the switcher. Its actions unfold below it, so that they have room in a narrow panel. */
import { useRef, useState } from "preact/hooks";
import { useSurroundings, useWords } from "../../context";
import type { SessionInfo } from "../../protocol";
import { exact, grouped, relative } from "../figures";
import { deletion } from "./asking";
import type { Confirmation } from "./Dialog";
import { useElementId } from "./hooks";
import { MoreIcon, RunningIcon } from "./icons";
import { RenameField } from "./RenameField";
import { titleOf } from "./titles";

interface RowProps {
  readonly session: SessionInfo;
  readonly current: boolean;
  readonly expanded: boolean;
  readonly now: number;
  onExpand(more: boolean): void;
  onOpen(): void;
  ask(asked: Confirmation): void;
}

export function SessionRow({ session, current, expanded, now, onExpand, onOpen, ask }: RowProps) {
  const { chat, host } = useSurroundings();
  const all = useWords().shell;
  const words = all.sessions;
  const [renaming, rename] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  const id = useElementId();
  const title = titleOf(session, all);
  const remove = () => ask(deletion(chat, session, all));
  const renamed = (next: string | null, byKey: boolean) => {
    rename(false);
    if (next !== null) chat.rename(session.session_id, next);
    // once the row is back
    if (byKey) queueMicrotask(() => row.current?.querySelector<HTMLElement>(".tcj-session-open")?.focus());
  };
  return (
    <li ref={row} class="tcj-session">
      <div class="tcj-session-line">
        {renaming ? (
          <RenameField title={title} onDone={renamed} />
        ) : (
          <button
            type="button"
            class="tcj-session-open"
            {...(current ? { "aria-current": "true" } : {})}
            onClick={onOpen}
            onKeyDown={(event) => {
              if (event.key === "F2") rename(true);
              else if (event.key === "Delete") remove();
              else return;
              event.preventDefault();
            }}
          >
            <span class="tcj-session-title">{title}</span>
            <span class="tcj-details">
              {current && <span>{words.current}</span>}
              <span title={exact(session.updated_at, host.language)}>
                {relative(session.updated_at, now, host.language)}
              </span>
              <span>{words.messages(grouped(session.messages))}</span>
              {session.running && (
                <span class="tcj-session-running">
                  <RunningIcon /> {words.running}
                </span>
              )}
            </span>
          </button>
        )}
        <button
          type="button"
          class="tcj-icon-button tcj-quiet-button"
          aria-label={words.actions(title)}
          title={words.actions(title)}
          aria-expanded={expanded}
          aria-controls={id}
          onClick={() => onExpand(!expanded)}
        >
          <MoreIcon />
        </button>
      </div>
      <div id={id} class="tcj-session-actions" role="group" aria-label={words.actions(title)} hidden={!expanded}>
        <button type="button" class="tcj-button tcj-button-small" onClick={() => rename(true)}>
          {words.rename}
        </button>
        <button
          type="button"
          class="tcj-button tcj-button-small"
          aria-label={words.markdownLabel(title)}
          onClick={() => chat.exportSession(session.session_id, "md")}
        >
          {words.markdown}
        </button>
        <button
          type="button"
          class="tcj-button tcj-button-small"
          aria-label={words.jsonLabel(title)}
          onClick={() => chat.exportSession(session.session_id, "json")}
        >
          {words.json}
        </button>
        <button type="button" class="tcj-button tcj-button-small" onClick={remove}>
          {words.remove}
        </button>
      </div>
    </li>
  );
}
