/** The panel's settings, as the settings editor holds them. What is no known value counts as the default. */
import type { Host, Language } from "../chat/host";

export interface PanelSettings {
  readonly followNotebook: boolean;
  readonly notifyReminders: boolean;
  readonly language: "auto" | Language;
  readonly sendKey: Host["sendKey"];
}

export const DEFAULT_SETTINGS: PanelSettings = {
  followNotebook: true,
  notifyReminders: true,
  language: "auto",
  sendKey: "enter",
};

export function readSettings(composite: Readonly<Record<string, unknown>>): PanelSettings {
  const { followNotebook, notifyReminders, language, sendKey } = composite;
  return {
    followNotebook: typeof followNotebook === "boolean" ? followNotebook : DEFAULT_SETTINGS.followNotebook,
    notifyReminders: typeof notifyReminders === "boolean" ? notifyReminders : DEFAULT_SETTINGS.notifyReminders,
    language: language === "en" || language === "zh" ? language : DEFAULT_SETTINGS.language,
    sendKey: sendKey === "ctrl-enter" ? sendKey : DEFAULT_SETTINGS.sendKey,
  };
}

/** `jupyterLanguage` is Jupyter's own, such as `en`, `zh_CN` or `zh-TW`. */
export function languageOf(setting: PanelSettings["language"], jupyterLanguage: string): Language {
  if (setting !== "auto") return setting;
  return jupyterLanguage.toLowerCase().startsWith("zh") ? "zh" : "en";
}
