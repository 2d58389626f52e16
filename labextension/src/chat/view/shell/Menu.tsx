/** A button that opens a menu. Arrow keys, Home, End and first letters move; Enter chooses; Esc and Tab close. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { CheckIcon } from "./icons";
import { useElementId } from "./hooks";
import { opens, usePopup } from "./usePopup";

export interface MenuItem {
  readonly label: string;
  readonly detail?: string;
  /** One of several of which one is chosen. */
  readonly checked?: boolean;
  run(): void;
}

export interface MenuProps {
  /** The button's name and tooltip; the menu's name too. */
  readonly label: string;
  readonly class: string;
  readonly groups: readonly (readonly MenuItem[])[];
  readonly children: ComponentChildren;
}

export function Menu({ label, class: name, groups, children }: MenuProps) {
  const popup = usePopup<HTMLDivElement>();
  const id = useElementId();
  const items = () => [...(popup.panel.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];

  useLayoutEffect(() => {
    if (popup.open) (items().find((item) => item.getAttribute("aria-checked") === "true") ?? items()[0])?.focus();
  }, [popup.open]);

  const move = (event: KeyboardEvent) => {
    popup.onKeyDown(event);
    const all = items();
    const at = all.indexOf(event.target as HTMLElement);
    const to = target(event.key, all, at);
    if (event.key === "Tab") popup.close();
    if (to === undefined) return;
    event.preventDefault();
    to.focus();
  };

  return (
    <>
      <button
        type="button"
        ref={popup.button}
        class={name}
        title={label}
        aria-label={label}
        {...opens(popup, "menu", id)}
      >
        {children}
      </button>
      {popup.open && (
        <div ref={popup.panel} id={id} class="tcj-popup tcj-menu" role="menu" aria-label={label} onKeyDown={move}>
          {groups
            .filter((group) => group.length > 0)
            .map((group, index) => (
              <div key={index} role="group" class="tcj-menu-group">
                {group.map((item) => (
                  <Item
                    key={item.label}
                    item={item}
                    choose={() => {
                      popup.close();
                      item.run();
                    }}
                  />
                ))}
              </div>
            ))}
        </div>
      )}
    </>
  );
}

function Item({ item, choose }: { item: MenuItem; choose: () => void }) {
  const one = item.checked !== undefined;
  return (
    <button
      type="button"
      tabIndex={-1}
      class="tcj-menu-item"
      role={one ? "menuitemradio" : "menuitem"}
      {...(one ? { "aria-checked": item.checked } : {})}
      onClick={choose}
      onPointerEnter={(event) => event.currentTarget.focus({ preventScroll: true })}
    >
      {one && <span class="tcj-menu-mark">{item.checked && <CheckIcon />}</span>}
      <span class="tcj-menu-text">
        <span class="tcj-menu-label">{item.label}</span>
        {item.detail && <span class="tcj-menu-detail">{item.detail}</span>}
      </span>
    </button>
  );
}

function target(key: string, all: readonly HTMLElement[], at: number): HTMLElement | undefined {
  switch (key) {
    case "ArrowDown":
      return all[(at + 1) % all.length];
    case "ArrowUp":
      return all.at(at - 1);
    case "Home":
      return all[0];
    case "End":
      return all.at(-1);
  }
  if (key.length !== 1 || key === " ") return undefined;
  const begins = (item: HTMLElement) => item.textContent.trim().toLowerCase().startsWith(key.toLowerCase());
  return [...all.slice(at + 1), ...all.slice(0, at + 1)].find(begins);
}
