/**
 * The static transcript beside a live chat: an output of its own with what was said so far, for where no widget lives.
 * The live chat puts it out of sight while it is connected; until then it is the transcript that is seen.
 */
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

export class StaticTranscript {
  readonly #name: string;
  #rule: HTMLStyleElement | null = null;

  constructor(
    chatId: string,
    private readonly page: Document = document,
  ) {
    this.#name = NAME.test(chatId) ? chatId : "";
  }

  /** Whether there is one on this page. */
  get present(): boolean {
    return this.#name !== "" && this.page.getElementsByClassName(`tcj-static-${this.#name}`).length > 0;
  }

  hide(): void {
    if (this.#name === "" || this.#rule !== null) return;
    const own = `.tcj-static-${this.#name}`;
    this.#rule = this.page.createElement("style");
    // JupyterLab leaves the height of a line to an output that is empty
    this.#rule.textContent = `${own}, .jp-OutputArea-child:has(${own}) { display: none; }`;
    this.page.head.append(this.#rule);
  }

  show(): void {
    this.#rule?.remove();
    this.#rule = null;
  }
}

/** Whether this page was exported: it shows widgets without a kernel. */
export function isExported(page: Document = document): boolean {
  return page.querySelector('script[type="application/vnd.jupyter.widget-state+json"]') !== null;
}
