/** Slides over the conversation: the todos and the reminders, as two tabs. */
import { useEffect, useRef } from "preact/hooks";
import { useSurroundings, useWords } from "../../context";
import { CloseIcon } from "./icons";
import { useElementId } from "./hooks";
import { Reminders } from "./Reminders";
import { Todos } from "./Todos";

export type Tab = "todos" | "reminders";
const TABS: readonly Tab[] = ["todos", "reminders"];

interface DrawerProps {
  readonly tab: Tab;
  onTab(tab: Tab): void;
  onClose(): void;
}

export function Drawer({ tab, onTab, onClose }: DrawerProps) {
  const { chat } = useSurroundings();
  const words = useWords().shell;
  const id = useElementId();
  const tabs = useRef<HTMLDivElement>(null);

  useEffect(() => (tab === "todos" ? chat.loadTodos() : chat.loadReminders()), [chat, tab]);
  useEffect(() => tabs.current?.querySelector<HTMLElement>("[aria-selected=true]")?.focus(), [tab]);

  const other = tab === "todos" ? "reminders" : "todos";
  return (
    <div
      class="tcj-drawer"
      role="group"
      aria-label={words.drawer.label}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        onClose();
      }}
    >
      <div class="tcj-drawer-top">
        <div
          ref={tabs}
          class="tcj-tabs"
          role="tablist"
          onKeyDown={(event) => {
            if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
            event.preventDefault();
            onTab(other);
          }}
        >
          {TABS.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`${id}-${name}`}
              class="tcj-tab"
              aria-selected={name === tab}
              aria-controls={`${id}-panel`}
              tabIndex={name === tab ? 0 : -1}
              onClick={() => onTab(name)}
            >
              {words[name].title}
            </button>
          ))}
        </div>
        <button type="button" class="tcj-icon-button" aria-label={words.close} title={words.close} onClick={onClose}>
          <CloseIcon />
        </button>
      </div>
      <div class="tcj-drawer-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`}>
        {tab === "todos" ? <Todos /> : <Reminders />}
      </div>
    </div>
  );
}
