/** The user's sessions: found by title, opened, begun, and one by one renamed, exported or deleted. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useSnapshot, useSurroundings, useWords } from "../../context";
import type { SessionInfo } from "../../protocol";
import { grouped } from "../figures";
import type { Confirmation } from "./Dialog";
import { PlusIcon } from "./icons";
import { useKeptFocus, useNow } from "./hooks";
import { SessionRow } from "./SessionRow";
import { isUnused, titleOf } from "./titles";

/** More rows than anyone reads; the rest is found by typing. */
const MOST_ROWS = 200;

interface SwitcherProps {
  ask(asked: Confirmation): void;
  onClose(): void;
}

export function SessionSwitcher({ ask, onClose }: SwitcherProps) {
  const { chat } = useSurroundings();
  const { sessions, state } = useSnapshot();
  const words = useWords().shell;
  const [query, find] = useState("");
  const [expanded, expand] = useState<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const now = useNow();
  useEffect(() => chat.loadSessions(), [chat]);
  useLayoutEffect(() => search.current?.focus(), []);
  useKeptFocus(box);

  const wanted = query.trim().toLowerCase();
  const found = [...(sessions ?? [])]
    .filter((session) => !isUnused(session) || session.session_id === state.sessionId)
    .filter((session) => titleOf(session, words).toLowerCase().includes(wanted))
    .sort((a, b) => b.updated_at.localeCompare(a.updated_at));
  const open = (session: SessionInfo) => {
    if (session.session_id !== state.sessionId) chat.openSession(session.session_id);
    onClose();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const rows = [...(box.current?.querySelectorAll<HTMLElement>(".tcj-session-open") ?? [])];
    const row = target.closest("li")?.querySelector<HTMLElement>(".tcj-session-open") ?? null;
    const at = row === null ? -1 : rows.indexOf(row);
    const inRow = row !== null && target.tagName !== "INPUT";
    if (event.key === "ArrowDown") rows[Math.min(at + 1, rows.length - 1)]?.focus();
    else if (event.key === "ArrowUp" && inRow) (at > 0 ? rows[at - 1] : search.current)?.focus();
    else if (event.key === "Home" && inRow) rows[0]?.focus();
    else if (event.key === "End" && inRow) rows.at(-1)?.focus();
    else {
      // Typing goes on with the search, wherever the focus is.
      if (inRow && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey)
        search.current?.focus();
      return;
    }
    event.preventDefault();
  };

  return (
    <div ref={box} class="tcj-switcher-inside" tabIndex={-1} onKeyDown={onKeyDown}>
      <div class="tcj-switcher-top">
        <input
          ref={search}
          type="search"
          class="tcj-line-input"
          placeholder={words.sessions.search}
          aria-label={words.sessions.search}
          autocomplete="off"
          spellcheck={false}
          value={query}
          onInput={(event) => find(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
            event.preventDefault();
            if (found[0]) open(found[0]);
          }}
        />
        <button
          type="button"
          class="tcj-button"
          onClick={() => {
            chat.newSession();
            onClose();
          }}
        >
          <PlusIcon /> {words.sessions.create}
        </button>
      </div>
      <p role="status" class={sessions !== null && found.length > 0 ? "tcj-for-readers" : "tcj-switcher-note"}>
        {sessions === null
          ? words.sessions.loading
          : found.length > 0
            ? words.sessions.found(grouped(found.length))
            : wanted === ""
              ? words.sessions.none
              : words.sessions.noneFound(query.trim())}
      </p>
      <ul class="tcj-sessions" aria-label={words.sessions.title}>
        {found.slice(0, MOST_ROWS).map((session) => (
          <SessionRow
            key={session.session_id}
            session={session}
            current={session.session_id === state.sessionId}
            expanded={expanded === session.session_id}
            now={now}
            onExpand={(more) => expand(more ? session.session_id : null)}
            onOpen={() => open(session)}
            ask={ask}
          />
        ))}
      </ul>
      {found.length > MOST_ROWS && (
        <p class="tcj-switcher-note">{words.sessions.more(grouped(found.length - MOST_ROWS))}</p>
      )}
    </div>
  );
}
