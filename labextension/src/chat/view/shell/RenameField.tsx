/** A title being changed in its place: Enter or leaving saves, Esc leaves it as it was. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { useWords } from "../../context";

const MAX_TITLE = 200;

export function RenameField({
  title,
  onDone,
}: {
  title: string;
  /** With the new title, or null when it stays. `byKey`: the focus is to be given back. */
  onDone: (title: string | null, byKey: boolean) => void;
}) {
  const words = useWords().shell.sessions;
  const input = useRef<HTMLInputElement>(null);
  const ended = useRef(false);
  useLayoutEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  const end = (save: boolean, byKey: boolean) => {
    if (ended.current) return; // taking the field away blurs it
    ended.current = true;
    const next = input.current?.value.trim() ?? "";
    onDone(save && next !== "" && next !== title ? next : null, byKey);
  };
  return (
    <input
      ref={input}
      class="tcj-line-input tcj-rename"
      aria-label={words.renameLabel}
      maxLength={MAX_TITLE}
      defaultValue={title}
      onBlur={() => end(true, false)}
      onKeyDown={(event) => {
        if (event.isComposing || event.keyCode === 229) return;
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        end(event.key === "Enter", true);
      }}
    />
  );
}
