/** A message being edited in its place. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useSurroundings, useWords } from "../../context";
import { useFocusReturn } from "./focus";

const MOST_ROWS = 12;

interface Props {
  readonly text: string;
  readonly onSend: (text: string) => void;
  readonly onCancel: () => void;
}

export function EditMessage({ text, onSend, onCancel }: Props) {
  const { host } = useSurroundings();
  const words = useWords().transcript;
  const [value, setValue] = useState(text);
  const box = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const before = useRef<Element | null>(document.activeElement);

  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(text.length, text.length);
  }, []);
  useFocusReturn(box, before);

  const send = () => {
    if (value.trim() !== "") onSend(value);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return; // Enter and Esc belong to the input method
    const withControl = event.ctrlKey || event.metaKey;
    const sends = host.sendKey === "enter" ? !event.shiftKey : withControl;
    if (event.key === "Escape") onCancel();
    else if (event.key === "Enter" && sends) send();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="tcj-edit" ref={box}>
      <textarea
        class="tcj-field"
        ref={field}
        aria-label={words.editing}
        rows={Math.min(MOST_ROWS, value.split("\n").length)}
        value={value}
        onInput={(event) => setValue(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div class="tcj-buttons">
        <button type="button" class="tcj-card-button tcj-main" disabled={value.trim() === ""} onClick={send}>
          {words.send}
        </button>
        <button type="button" class="tcj-card-button" onClick={onCancel}>
          {words.cancel}
        </button>
      </div>
    </div>
  );
}
