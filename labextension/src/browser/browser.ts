/** What any page can do for a chat, Jupyter or not. */
import type { Host, Language } from "../chat/host";

/** The language of the user's browser, of those that the chat speaks. */
export function browserLanguage(languages: readonly string[] = navigator.languages): Language {
  for (const language of languages) {
    if (/^zh\b/i.test(language)) return "zh";
    if (/^en\b/i.test(language)) return "en";
  }
  return "en";
}

/** A place that has a browser and nothing more: no notebook to put cells into, no settings. */
export function plainHost(surface: Host["surface"], language: Language): Host {
  return {
    surface,
    language,
    sendKey: "enter",
    storage: storageOrNull(),
    copy: copyText,
    insertCell: null,
    notebook: null,
    openSettings: null,
  };
}

/** Where drafts are kept; null where the page may not keep anything. */
export function storageOrNull(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** Copies; without https there is no clipboard to write to, and the old way has to do. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    return;
  } catch {
    // not allowed, or not there
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "tcj-copied";
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  if (!done) throw new Error("the browser does not let us copy");
}
