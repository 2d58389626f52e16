/** Dialogs over the chat: what they share, one that asks before something is lost, and the one that tells the keys. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useSurroundings, useWords } from "../../context";
import { CloseIcon } from "./icons";
import { useElementId } from "./hooks";

/** What is asked before `run`. */
export interface Confirmation {
  readonly title: string;
  readonly text: string;
  /** The word on the button that does it. */
  readonly action: string;
  run(): void;
}

interface DialogProps {
  readonly title: string;
  readonly class: string;
  /** Has a button that closes it, which has the focus first unless something inside is marked `data-first`. */
  readonly closes?: boolean;
  readonly children: ComponentChildren;
  onClose(): void;
}

/** The browser's own modal dialog: it keeps the focus inside, and gives it back to where it was. */
export function Dialog({ title, class: name, closes = false, children, onClose }: DialogProps) {
  const words = useWords().shell;
  const box = useRef<HTMLDialogElement>(null);
  const id = useElementId();
  useLayoutEffect(() => {
    const dialog = box.current;
    if (dialog === null) return undefined;
    const before = dialog.ownerDocument.activeElement;
    if (typeof dialog.showModal === "function") dialog.showModal();
    else dialog.setAttribute("open", "");
    dialog.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => {
      if (typeof dialog.close === "function") dialog.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={box}
      class={`tcj-dialog ${name}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose(); // beside the dialog
      }}
    >
      <div class="tcj-dialog-inside">
        <h2 id={id} class="tcj-dialog-title">
          {title}
        </h2>
        {children}
        {closes && (
          <button
            type="button"
            class="tcj-icon-button tcj-dialog-close"
            data-first
            aria-label={words.close}
            title={words.close}
            onClick={onClose}
          >
            <CloseIcon />
          </button>
        )}
      </div>
    </dialog>
  );
}

export function ConfirmDialog({ asked, onClose }: { asked: Confirmation; onClose: () => void }) {
  const words = useWords().shell;
  return (
    <Dialog title={asked.title} class="tcj-confirm" onClose={onClose}>
      <p class="tcj-dialog-text">{asked.text}</p>
      <div class="tcj-dialog-buttons">
        <button type="button" class="tcj-button" data-first onClick={onClose}>
          {words.confirm.keep}
        </button>
        <button
          type="button"
          class="tcj-button tcj-button-danger"
          onClick={() => {
            onClose();
            asked.run();
          }}
        >
          {asked.action}
        </button>
      </div>
    </Dialog>
  );
}

export function KeysDialog({ onClose }: { onClose: () => void }) {
  const { host } = useSurroundings();
  const words = useWords().shell;
  const { keys } = words;
  const rows =
    host.sendKey === "enter" ? keys.rows(keys.enter, keys.shiftEnter) : keys.rows(keys.ctrlEnter, keys.enter);
  return (
    <Dialog title={keys.title} class="tcj-keys" closes={true} onClose={onClose}>
      <dl class="tcj-keys-list">
        {rows.map(([key, does]) => (
          <div key={key} class="tcj-keys-row">
            <dt>
              <kbd class="tcj-keycap">{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
