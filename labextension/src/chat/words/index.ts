/** All words of the chat, in English and Chinese. Each part of the view has a file of its own. */
import type { Language } from "../host";
import * as code from "./code";
import * as privacy from "./privacy";
import * as shell from "./shell";
import * as tables from "./tables";
import * as transcript from "./transcript";

export interface Words {
  readonly shell: shell.ShellWords;
  readonly transcript: transcript.TranscriptWords;
  readonly code: code.CodeWords;
  readonly tables: tables.TableWords;
  readonly privacy: privacy.PrivacyWords;
}

export const WORDS: Readonly<Record<Language, Words>> = {
  en: { shell: shell.en, transcript: transcript.en, code: code.en, tables: tables.en, privacy: privacy.en },
  zh: { shell: shell.zh, transcript: transcript.zh, code: code.zh, tables: tables.zh, privacy: privacy.zh },
};
