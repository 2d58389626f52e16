/**
 * Keeps the transcript at its end while the user is there, and where it is while they read elsewhere.
 *
 * "There" is left by scrolling up only, and by opening something: then what was clicked stays in its place. Growth of
 * any kind (text, pictures, a narrower window) is seen by a ResizeObserver; scrolling alone can't tell it from reading.
 */
import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** So near to the end is at the end. */
const NEAR = 32;
/** So long after a click on a summary its content may take to appear. */
const OPENING = 300;

export interface Scrolling {
  /** Whether the view follows the end just now. */
  readonly follows: RefObject<boolean>;
  /** Something came below while the user was elsewhere. */
  readonly news: boolean;
  toEnd(): void;
  /** Call it before content is put in above: what is in view then stays there. */
  holdPlace(): void;
}

/** `content` is what grows inside `log`; `shown` is another object whenever something is new at the end. */
export function useScrolling(
  log: RefObject<HTMLElement>,
  content: RefObject<HTMLElement>,
  shown: readonly unknown[],
): Scrolling {
  const follows = useRef(true);
  const [news, setNews] = useState(false);
  const held = useRef<{ height: number; top: number } | null>(null);
  const first = useRef(true);

  const toEnd = useCallback(() => {
    follows.current = true;
    setNews(false);
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  }, []);
  const holdPlace = useCallback(() => {
    if (log.current) held.current = { height: log.current.scrollHeight, top: log.current.scrollTop };
  }, []);

  useLayoutEffect(() => {
    if (!first.current && !follows.current) setNews(true);
    first.current = false;
  }, [...shown]);

  // At every rendering, before it is painted.
  useLayoutEffect(() => {
    const element = log.current;
    if (element === null) return;
    if (held.current !== null) {
      element.scrollTop = held.current.top + element.scrollHeight - held.current.height;
      held.current = null;
    } else if (follows.current) {
      element.scrollTop = element.scrollHeight;
    }
  });

  useEffect(() => {
    const element = log.current;
    if (element === null || content.current === null) return;
    let top = element.scrollTop;
    let hidden = element.clientHeight === 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const nearEnd = () => element.scrollHeight - element.scrollTop - element.clientHeight <= NEAR;
    const follow = (now: boolean) => {
      follows.current = now;
      if (now) setNews(false);
    };
    const onScroll = () => {
      if (element.clientHeight === 0) return; // hidden: the browser forgets the place, we do not
      if (nearEnd()) follow(true);
      else if (element.scrollTop < top) follow(false);
      top = element.scrollTop;
    };
    const onResize = () => {
      if (element.clientHeight === 0) hidden = true;
      else if (follows.current) element.scrollTop = element.scrollHeight;
      else if (hidden) element.scrollTop = top;
      if (element.clientHeight > 0) hidden = false;
    };
    const onClick = (event: Event) => {
      if (!(event.target instanceof Element) || event.target.closest("summary") === null) return;
      follow(false);
      clearTimeout(timer);
      timer = setTimeout(() => follow(nearEnd()), OPENING);
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    element.addEventListener("click", onClick, { capture: true });
    const observer = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(onResize);
    observer?.observe(element);
    observer?.observe(content.current);
    return () => {
      element.removeEventListener("scroll", onScroll);
      element.removeEventListener("click", onClick, { capture: true });
      observer?.disconnect();
      clearTimeout(timer);
    };
  }, []);

  return { follows, news, toEnd, holdPlace };
}
