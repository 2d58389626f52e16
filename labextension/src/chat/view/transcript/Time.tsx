/** Times as people say them, the exact one on hover; and how long something has been going on. */
import { useState } from "preact/hooks";
import { useSurroundings } from "../../context";
import { elapsed, exact, relative } from "../figures";
import { useNow } from "./useNow";

/** Nobody wants to see 1 s, 2 s, 3 s: until then it is simply quick. */
const SHOWN_AFTER = 5000;

export function RelativeTime({ at }: { at: string }) {
  const { language } = useSurroundings().host;
  const now = useNow(30_000);
  return (
    <time class="tcj-time" dateTime={at} title={exact(at, language)}>
      {relative(at, now, language)}
    </time>
  );
}

/** Seconds since `since`, a time of the server; where its clock is ahead of ours, since we first saw it. */
export function Elapsed({ since }: { since: string }) {
  const { language } = useSurroundings().host;
  const [begin] = useState(() => {
    const time = Date.parse(since);
    return Number.isNaN(time) ? Date.now() : Math.min(time, Date.now());
  });
  const span = useNow(1000) - begin;
  if (span < SHOWN_AFTER) return null;
  return <span class="tcj-elapsed">{elapsed(span, language)}</span>;
}
