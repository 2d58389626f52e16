/** Text that was made for a terminal, without what a terminal would not show as text. */

/** Colours, cursor moves, links. */
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

export function plain(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(ESCAPES, "").replace(CONTROLS, "");
}
