/**
 * Makes characters that hide or reorder text visible: what a reader sees is what is there.
 *
 * The same rule as the magic's (client/visible.py). Joiners (U+200C, U+200D) stay: scripts and emoji are written with them.
 */
const HIDDEN =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}\ud800-\udfff]/gu;

/** `text` with hidden characters spelled out, such as `<U+202E>`; line ends become `\n`. */
export function visible(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(HIDDEN, (found) => `<U+${found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}>`);
}
