export interface ShellWords {
  readonly you: string;
}

export const en: ShellWords = { you: "You" };

export const zh: ShellWords = { you: "你" };
