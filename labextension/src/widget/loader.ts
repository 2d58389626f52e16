/**
 * Stands in for the chat's code where a notebook runs without a user: nbclient and those who build on it write the whole
 * state of its widgets into the notebook, and the code would be half a megabyte of it. The kernel has it; so where one
 * is there, as behind Voilà, it is asked for. Without one the static transcript is what is shown.
 *
 * To the kernel: `{to: "copilot", want: "code"}`. From it: `{code, style}`.
 */
import { isObject } from "../chat/fold/fields";
import { isExported } from "./live";
import type { Model } from "./model";

const PATIENCE_MS = 5_000;

interface Widget {
  initialize(what: { model: Model }): (() => void) | void;
  render(what: { model: Model; el: HTMLElement }): () => void;
}

type Load = (code: string) => Promise<Widget>;

export class Loader {
  #widget: Promise<Widget | null> | null = null;

  constructor(private readonly load: Load = loaded) {}

  /** Returns at once: anywidget takes in no message of the kernel before. */
  readonly initialize = ({ model }: { model: Model }): (() => void) => {
    this.#widget ??= isExported() ? Promise.resolve(null) : this.#fetched(model);
    const begun = this.#widget.then((widget) => widget?.initialize({ model }));
    return () => void begun.then((end) => end?.());
  };

  readonly render = async (what: { model: Model; el: HTMLElement }): Promise<(() => void) | undefined> =>
    (await this.#widget)?.render(what);

  async #fetched(model: Model): Promise<Widget | null> {
    const code = await asked(model);
    return code === null ? null : await this.load(code);
  }
}

/** The code that the kernel has; null when nobody answers. The style is put into the page. */
function asked(model: Model): Promise<string | null> {
  return new Promise((resolve) => {
    const take = (content: unknown): void => {
      if (!isObject(content) || typeof content.code !== "string") return;
      if (typeof content.style === "string") addStyle(content.style);
      done(content.code);
    };
    const timer = setTimeout(() => done(null), PATIENCE_MS);
    const done = (code: string | null): void => {
      clearTimeout(timer);
      model.off("msg:custom", take);
      resolve(code);
    };
    model.on("msg:custom", take);
    model.send({ to: "copilot", want: "code" });
  });
}

function addStyle(text: string): void {
  const style = document.createElement("style");
  style.textContent = text;
  document.head.append(style);
}

async function loaded(code: string): Promise<Widget> {
  const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  try {
    return ((await import(address)) as { default: Widget }).default;
  } finally {
    URL.revokeObjectURL(address);
  }
}

export default new Loader();
