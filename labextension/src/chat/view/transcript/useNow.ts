/** The time for views that show how long ago something was. All views with the same period share one timer. */
import { useEffect, useState } from "preact/hooks";

interface Ticker {
  readonly listeners: Set<(now: number) => void>;
  readonly timer: ReturnType<typeof setInterval>;
}

const tickers = new Map<number, Ticker>();

/** Milliseconds since 1970, renewed every `period` milliseconds; with 0 it stands still. */
export function useNow(period: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (period === 0) return;
    setNow(Date.now());
    return listen(period, setNow);
  }, [period]);
  return now;
}

function listen(period: number, listener: (now: number) => void): () => void {
  const ticker = tickers.get(period) ?? start(period);
  ticker.listeners.add(listener);
  return () => {
    ticker.listeners.delete(listener);
    if (ticker.listeners.size > 0) return;
    clearInterval(ticker.timer);
    tickers.delete(period);
  };
}

function start(period: number): Ticker {
  const listeners = new Set<(now: number) => void>();
  const tick = () => listeners.forEach((listener) => listener(Date.now()));
  const ticker = { listeners, timer: setInterval(tick, period) };
  tickers.set(period, ticker);
  return ticker;
}
