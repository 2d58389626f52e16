/** A place to show Markdown in, as a test's host would. */
import { render, type ComponentChild } from "preact";
import { act } from "preact/test-utils";
import type { Chat } from "../src/chat/chat";
import { SurroundingsContext } from "../src/chat/context";
import type { CellTarget, Host, Language } from "../src/chat/host";
import { Markdown } from "../src/chat/markdown/Markdown";

export interface Place {
  readonly element: HTMLElement;
  readonly copied: string[];
  readonly inserted: [string, CellTarget][];
  show(what: ComponentChild): void;
  markdown(source: string, streaming?: boolean): HTMLElement;
  /** Feeds `source` in pieces, as a model's answer comes. */
  stream(source: string, size: number, seen?: (part: string) => void): HTMLElement;
  end(): void;
}

interface Options {
  language?: Language;
  notebook?: boolean;
  copy?: (text: string) => Promise<void>;
}

export function makePlace({ language = "en", notebook = true, copy }: Options = {}): Place {
  const element = document.createElement("div");
  document.body.append(element);
  const copied: string[] = [];
  const inserted: [string, CellTarget][] = [];
  const host: Host = {
    surface: "page",
    language,
    sendKey: "enter",
    storage: null,
    copy: copy ?? ((text) => Promise.resolve(void copied.push(text))),
    insertCell: notebook ? (code, target) => void inserted.push([code, target]) : null,
    notebook: null,
    openSettings: null,
  };
  const chat = {} as Chat; // Markdown asks it for nothing
  const surroundings = { chat, host };
  const place: Place = {
    element,
    copied,
    inserted,
    show(what) {
      act(() =>
        render(<SurroundingsContext.Provider value={surroundings}>{what}</SurroundingsContext.Provider>, element),
      );
    },
    markdown(source, streaming = false) {
      place.show(<Markdown source={source} streaming={streaming} />);
      return element.querySelector<HTMLElement>(".tcj-markdown")!;
    },
    stream(source, size, seen) {
      for (let end = size; end < source.length + size; end += size) {
        place.markdown(source.slice(0, end), true);
        seen?.(source.slice(0, end));
      }
      return place.markdown(source);
    },
    end() {
      act(() => render(null, element));
      element.remove();
    },
  };
  return place;
}

/** What `element` says, without the buttons of code. */
export function textOf(element: Element): string {
  const copy = element.cloneNode(true) as Element;
  for (const head of copy.querySelectorAll(".tcj-code-head")) head.remove();
  return copy.textContent ?? "";
}
