/** The shape of the frame's words; `shell.ts` says them. Numbers come in written out, with their groups. */
import type { TodoItem } from "../protocol";

export type Unit = "minute" | "hour" | "day" | "week" | "month" | "year";
type Named = (name: string) => string;

export interface ShellWords {
  readonly chat: string;
  readonly close: string;
  /** For the title that the server gives to a session in which nothing was said yet. */
  readonly defaultTitle: string;
  readonly header: {
    readonly switch: Named;
    readonly menu: string;
    readonly model: (name: string, host: string) => string;
    readonly offline: string;
    readonly offlineHost: string;
    readonly models: string;
    readonly noModel: string;
  };
  readonly menu: Readonly<
    Record<
      "newSession" | "todos" | "reminders" | "rename" | "clear" | "exportMarkdown" | "exportJson" | "settings" | "keys",
      string
    >
  >;
  readonly sessions: {
    readonly title: string;
    readonly search: string;
    readonly create: string;
    readonly loading: string;
    readonly none: string;
    readonly noneFound: Named;
    readonly found: Named;
    readonly more: Named;
    readonly messages: Named;
    readonly running: string;
    readonly current: string;
    readonly actions: Named;
    readonly rename: string;
    readonly renameLabel: string;
    readonly markdown: string;
    readonly markdownLabel: Named;
    readonly json: string;
    readonly jsonLabel: Named;
    readonly remove: string;
    readonly deleted: string;
  };
  readonly confirm: {
    readonly deleteTitle: Named;
    readonly deleteText: Named;
    readonly deleteAction: string;
    readonly clearTitle: Named;
    readonly clearText: string;
    readonly clearAction: string;
    readonly keep: string;
  };
  readonly connection: {
    readonly connecting: string;
    readonly busy: string;
    readonly reconnecting: (attempt: number, of: number) => string;
    readonly lost: string;
    readonly retry: string;
  };
  readonly dismiss: string;
  readonly drawer: { readonly label: string; readonly loading: string };
  readonly todos: {
    readonly title: string;
    readonly empty: string;
    readonly howTo: string;
    readonly example: string;
    readonly due: Named;
    readonly overdue: Named;
    readonly priority: Readonly<Record<Exclude<TodoItem["priority"], "normal">, string>>;
    readonly done: Named;
    readonly remove: Named;
  };
  readonly reminders: {
    readonly title: string;
    readonly empty: string;
    readonly howTo: string;
    readonly example: string;
    readonly snooze: string;
    readonly snoozeLabel: Named;
    readonly cancel: string;
    readonly cancelLabel: Named;
    readonly repeats: string;
    readonly weekdays: string;
    readonly every: (unit: Unit, count: number) => string;
    readonly on: (days: readonly string[]) => string;
  };
  readonly empty: {
    readonly title: string;
    readonly try: string;
    readonly notebook: Named;
    readonly describe: (table: string, shape: string) => string;
    readonly average: (value: string, by: string, table: string) => string;
    readonly myTodos: Named;
    readonly addTodo: string;
    readonly remind: string;
    readonly abilities: string;
    readonly choose: string;
    readonly offline: string;
    readonly connect: string;
    readonly connectSteps: readonly string[];
    readonly connectExample: string;
    readonly problem: string;
    readonly settings: string;
  };
  readonly composer: {
    readonly label: string;
    readonly placeholder: string;
    readonly send: Named;
    readonly queue: Named;
    readonly stop: string;
    readonly offline: string;
    readonly agents: string;
    readonly commands: string;
    readonly tooLarge: Named;
    readonly tooLargeHint: string;
    readonly choices: Named;
    readonly commandList: string;
    readonly nameList: string;
  };
  readonly receipt: {
    readonly label: string;
    readonly nothing: string;
    readonly sent: (requests: string, rows: string, size: string) => string;
    readonly tokens: (input: string, output: string) => string;
    readonly tokensTitle: (input: string, output: string) => string;
    readonly host: Named;
  };
  readonly keys: {
    readonly title: string;
    readonly rows: (sends: string, breaks: string) => readonly (readonly [key: string, does: string])[];
    readonly enter: string;
    readonly shiftEnter: string;
    readonly ctrlEnter: string;
  };
  /** Of commands by name, where the server's English is not to be shown. */
  readonly summaries: Readonly<Record<string, string>>;
}
