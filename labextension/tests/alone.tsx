/** A place for what may stand outside of a chat: results, with a host and nothing more. */
import { render, type ComponentChild } from "preact";
import { act } from "preact/test-utils";
import { HostContext } from "../src/chat/context";
import type { Host } from "../src/chat/host";
import { fakeHost } from "./fake-chat";

export class Alone {
  readonly element = document.createElement("div");
  readonly copied: string[] = [];
  readonly inserted: string[] = [];
  readonly #host: Host;

  constructor(host: Partial<Host> = {}) {
    this.#host = fakeHost({
      copy: (text) => Promise.resolve(void this.copied.push(text)),
      insertCell: (code) => void this.inserted.push(code),
      ...host,
    });
    document.body.append(this.element);
  }

  show(what: ComponentChild): void {
    void act(() => render(<HostContext.Provider value={this.#host}>{what}</HostContext.Provider>, this.element));
  }

  end(): void {
    void act(() => render(null, this.element));
    this.element.remove();
  }

  all(selector: string): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>(selector)];
  }

  one<E extends HTMLElement = HTMLElement>(selector: string): E {
    const found = this.element.querySelector<E>(selector);
    if (found === null) throw new Error(`nothing is ${selector} in ${this.element.innerHTML}`);
    return found;
  }

  texts(selector: string): string[] {
    return this.all(selector).map((found) => found.textContent);
  }

  button(name: string): HTMLElement {
    const named = (button: HTMLElement) => (button.getAttribute("aria-label") ?? button.textContent).startsWith(name);
    const found = this.all("button").find(named);
    if (found === undefined) throw new Error(`no button ${name} in ${this.element.innerHTML}`);
    return found;
  }

  click(name: string): void {
    void act(() => this.button(name).click());
  }

  type(text: string, field = this.one<HTMLInputElement>("input")): void {
    void act(() => {
      field.value = text;
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    });
  }

  async unfold(selector = "details"): Promise<void> {
    await act(async () => {
      this.one<HTMLDetailsElement>(selector).open = true;
      this.one(selector).dispatchEvent(new Event("toggle"));
    });
  }

  /** Lets promises pass. */
  async settle(): Promise<void> {
    await act(() => new Promise((resolve) => setTimeout(resolve)));
  }
}
