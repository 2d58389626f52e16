/** What anywidget gives to a widget's module, as far as we use it. */
import type { Language } from "../chat/host";
import { browserLanguage } from "../browser/browser";

export interface Traits {
  session_id: string;
  height: string;
  language: string | null;
  _chat_id: string;
  _epoch: string;
  _kernel_id: string;
}

export interface Model {
  get<K extends keyof Traits>(name: K): Traits[K];
  set<K extends keyof Traits>(name: K, value: Traits[K]): void;
  save_changes(): void;
  send(content: unknown): void;
  on(event: string, callback: (content: unknown) => void): void;
  off(event: string, callback: (content: unknown) => void): void;
}

/** The language that the notebook asks for, else the browser's. */
export function languageOf(model: Model): Language {
  const language = model.get("language");
  return language === "en" || language === "zh" ? language : browserLanguage();
}
