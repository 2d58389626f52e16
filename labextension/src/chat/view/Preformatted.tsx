/** Untrusted text as it is, hidden characters made visible, cut where it would be too much for a page. */
import { useWords } from "../context";
import { visible } from "../markdown/visible";
import { grouped } from "./figures";

export const SHOWN_CHARACTERS = 20_000;

interface Props {
  readonly text: string;
  readonly label: string;
  /** However long it is: it is about every word of it. */
  readonly whole?: boolean;
}

export function Preformatted({ text, label, whole = false }: Props) {
  const words = useWords().transcript;
  const left = whole ? 0 : text.length - SHOWN_CHARACTERS;
  return (
    <pre class="tcj-pre" tabIndex={0} role="group" aria-label={label}>
      {visible(left > 0 ? text.slice(0, SHOWN_CHARACTERS) : text)}
      {left > 0 && <span class="tcj-quiet">{`\n${words.more(grouped(left))}`}</span>}
    </pre>
  );
}

export function asJson(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent) ?? String(value);
}
