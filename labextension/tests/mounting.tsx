/** Puts a chat with a fake behind it into the page of a test, and finds and presses what is in it. */
import { render } from "preact";
import { act } from "preact/test-utils";
import type { Snapshot } from "../src/chat/chat";
import { SurroundingsContext } from "../src/chat/context";
import type { Host } from "../src/chat/host";
import { ChatView } from "../src/chat/view/ChatView";
import { FakeChat, fakeHost, snapshot } from "./fake-chat";

export class Mounted {
  readonly element = document.createElement("div");
  readonly chat: FakeChat;
  readonly host: Host;

  constructor(shown: Partial<Snapshot> = {}, host: Partial<Host> = {}) {
    this.chat = new FakeChat(snapshot(shown));
    this.host = fakeHost(host);
    document.body.append(this.element);
    void act(() =>
      render(
        <SurroundingsContext.Provider value={{ chat: this.chat, host: this.host }}>
          <ChatView />
        </SurroundingsContext.Provider>,
        this.element,
      ),
    );
  }

  end(): void {
    void act(() => render(null, this.element));
    this.element.remove();
  }

  get root(): HTMLElement {
    return this.one(".tcj-chat");
  }
  get text(): string {
    return this.element.textContent;
  }
  get field(): HTMLTextAreaElement {
    return this.one<HTMLTextAreaElement>(".tcj-input");
  }
  get focused(): Element | null {
    return document.activeElement;
  }

  all<E extends Element = HTMLElement>(selector: string): E[] {
    return [...this.element.querySelectorAll<E>(selector)];
  }
  one<E extends Element = HTMLElement>(selector: string): E {
    const [found] = this.all<E>(selector);
    if (found === undefined) throw new Error(`nothing fits ${selector} in ${this.element.innerHTML}`);
    return found;
  }
  has(selector: string): boolean {
    return this.element.querySelector(selector) !== null;
  }

  /** The button, tab or menu item whose name begins with `name`. */
  button(name: string): HTMLElement {
    const found = this.all("button").find((button) => nameOf(button).startsWith(name));
    if (found === undefined) throw new Error(`no button ${name} among ${this.buttons().join(" | ")}`);
    return found;
  }
  buttons(): string[] {
    return this.all("button").map(nameOf);
  }

  show(changes: Partial<Snapshot>): void {
    void act(() => this.chat.show(changes));
  }
  click(target: string | Element): void {
    const element = typeof target === "string" ? this.button(target) : (target as HTMLElement);
    void act(() => {
      element.focus();
      element.click();
    });
  }
  /** Presses a key where the focus is, or on `target`. Returns whether its default was left to happen. */
  press(key: string, options: KeyboardEventInit = {}, target: Element = document.activeElement ?? this.root): boolean {
    let left = true;
    void act(() => {
      left = target.dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, composed: true, ...options }),
      );
    });
    return left;
  }
  type(text: string, target: HTMLInputElement | HTMLTextAreaElement = this.field): void {
    void act(() => {
      target.focus();
      target.value = text;
      target.setSelectionRange(text.length, text.length);
      target.dispatchEvent(new InputEvent("input", { bubbles: true }));
    });
  }
  /** Lets promises and timers of length zero pass. */
  async settle(): Promise<void> {
    await act(() => new Promise((resolve) => setTimeout(resolve)));
  }
}

function nameOf(button: HTMLElement): string {
  return button.getAttribute("aria-label") ?? button.textContent.trim();
}
