export interface CodeWords {
  readonly you: string;
}

export const en: CodeWords = { you: "You" };

export const zh: CodeWords = { you: "你" };
