// @vitest-environment node
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DEFAULT_SETTINGS, languageOf, readSettings } from "../src/panel/settings";

test("the settings editor's defaults are the panel's", () => {
  const schema = JSON.parse(readFileSync("schema/plugin.json", "utf8")) as {
    properties: Record<string, { default: unknown }>;
  };
  const defaults = Object.fromEntries(
    Object.entries(schema.properties).map(([name, { default: value }]) => [name, value]),
  );
  expect(defaults).toEqual(DEFAULT_SETTINGS);
});

test("known values are taken, others count as the default", () => {
  const chosen = { followNotebook: false, notifyReminders: false, language: "zh", sendKey: "ctrl-enter" };
  expect(readSettings(chosen)).toEqual(chosen);
  expect(readSettings({ followNotebook: "no", language: "fr", sendKey: 1 })).toEqual(DEFAULT_SETTINGS);
});

test("the language is Jupyter's, unless another was chosen", () => {
  expect(["en", "zh_CN", "zh-TW", "de_DE", "default"].map((code) => languageOf("auto", code))).toEqual([
    "en",
    "zh",
    "zh",
    "en",
    "en",
  ]);
  expect(languageOf("en", "zh_CN")).toBe("en");
  expect(languageOf("zh", "en")).toBe("zh");
});
