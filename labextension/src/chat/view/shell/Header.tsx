/** The first line: the session's title, which opens the switcher, the model, what it may see, and the menu. */
import { useState } from "preact/hooks";
import { useSnapshot, useSurroundings, useWords } from "../../context";
import { clearing } from "./asking";
import type { Confirmation } from "./Dialog";
import type { Tab } from "./Drawer";
import { useElementId } from "./hooks";
import { ChevronIcon, MoreIcon } from "./icons";
import { Menu, type MenuItem } from "./Menu";
import { PrivacyDialog } from "./PrivacyDialog";
import { RenameField } from "./RenameField";
import { SessionSwitcher } from "./SessionSwitcher";
import { titleOf } from "./titles";
import { opens, usePopup } from "./usePopup";

interface HeaderProps {
  ask(asked: Confirmation): void;
  onDrawer(tab: Tab): void;
  onKeys(): void;
}

export function Header({ ask, onDrawer, onKeys }: HeaderProps) {
  const { chat, host } = useSurroundings();
  const { state } = useSnapshot();
  const words = useWords().shell;
  const [renaming, rename] = useState(false);
  const popup = usePopup<HTMLDivElement>();
  const id = useElementId();
  const { session } = state;
  const title = titleOf(session, words);

  const groups: MenuItem[][] = [
    [
      { label: words.menu.newSession, run: () => chat.newSession() },
      { label: words.menu.todos, run: () => onDrawer("todos") },
      { label: words.menu.reminders, run: () => onDrawer("reminders") },
    ],
    session === null
      ? []
      : [
          { label: words.menu.rename, run: () => rename(true) },
          { label: words.menu.exportMarkdown, run: () => chat.exportSession(session.session_id, "md") },
          { label: words.menu.exportJson, run: () => chat.exportSession(session.session_id, "json") },
          { label: words.menu.clear, run: () => ask(clearing(chat, session, words)) },
        ],
    [
      ...(host.openSettings ? [{ label: words.menu.settings, run: host.openSettings }] : []),
      { label: words.menu.keys, run: onKeys },
    ],
  ];

  return (
    <div class="tcj-header">
      {renaming && session !== null ? (
        <RenameField
          title={title}
          onDone={(next, byKey) => {
            rename(false);
            if (next !== null) chat.rename(session.session_id, next);
            if (byKey) queueMicrotask(() => popup.button.current?.focus()); // once the button is back
          }}
        />
      ) : (
        <button
          type="button"
          ref={popup.button}
          class="tcj-title"
          title={words.header.switch(title)}
          aria-label={words.header.switch(title)}
          {...opens(popup, "dialog", id)}
        >
          <span class="tcj-title-text">{title}</span>
          <ChevronIcon />
        </button>
      )}
      {popup.open && (
        <div
          ref={popup.panel}
          id={id}
          class="tcj-popup tcj-switcher"
          role="dialog"
          aria-label={words.sessions.title}
          onKeyDown={popup.onKeyDown}
        >
          <SessionSwitcher ask={ask} onClose={popup.close} />
        </div>
      )}
      <ModelMenu />
      <PrivacyButton />
      <Menu label={words.header.menu} class="tcj-icon-button" groups={groups}>
        <MoreIcon />
      </Menu>
    </div>
  );
}

function ModelMenu() {
  const { chat } = useSurroundings();
  const { about, state } = useSnapshot();
  const words = useWords().shell.header;
  if (about === null) return null;
  const name = state.session?.model ?? about.model;
  const known = about.models.find((model) => model.name === name);
  const offline = known ? known.provider === "offline" : about.offline && name === about.model;
  const shown = offline ? words.offline : (name ?? words.noModel);
  const where = offline ? words.offlineHost : (known?.host ?? (name === about.model ? about.host : null) ?? "");
  const items = about.models.map((model): MenuItem => {
    const builtIn = model.provider === "offline";
    return {
      label: builtIn ? words.offline : model.name,
      detail: builtIn ? words.offlineHost : model.host,
      checked: model.name === name,
      run: () => chat.configure({ model: model.name }),
    };
  });
  return (
    <Menu label={words.model(shown, where)} class="tcj-header-button tcj-model" groups={[items]}>
      {shortName(shown)}
    </Menu>
  );
}

/** `moonshotai/kimi-k2.5` is `kimi-k2.5` where there is little room. */
function shortName(model: string): string {
  return model.slice(model.lastIndexOf("/") + 1) || model;
}

function PrivacyButton() {
  const { state } = useSnapshot();
  const words = useWords().privacy;
  const [open, setOpen] = useState(false);
  const { session } = state;
  if (session === null || session.privacy === null) return null;
  const level = words.levels[session.privacy].name;
  const shown = session.names === "masked" ? `${level} · ${words.masked}` : level;
  return (
    <>
      <button
        type="button"
        class="tcj-header-button tcj-privacy"
        title={words.button(shown)}
        aria-label={words.button(shown)}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        {shown}
      </button>
      {open && <PrivacyDialog session={session} onClose={() => setOpen(false)} />}
    </>
  );
}
