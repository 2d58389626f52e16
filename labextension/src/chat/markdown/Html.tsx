/** A tool's `text/html` output: its tables and text, and nothing else of it. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { useWords } from "../context";
import { dress, numbering } from "./dress";
import { sanitised } from "./sanitise";

export function Html({ html }: { html: string }) {
  const words = useWords().code;
  const place = useRef<HTMLDivElement>(null);
  const numbers = useRef<(position: number) => number>(null);
  numbers.current ??= numbering();

  useLayoutEffect(() => {
    const fragment = sanitised(html, "output");
    dress(fragment, words, numbers.current!);
    place.current!.replaceChildren(fragment);
  }, [html, words]);

  return <div class="tcj-markdown tcj-html" ref={place} />;
}
