export interface TranscriptWords {
  readonly you: string;
}

export const en: TranscriptWords = { you: "You" };

export const zh: TranscriptWords = { you: "你" };
