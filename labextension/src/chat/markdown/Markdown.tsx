/** Untrusted Markdown as elements. */
export function Markdown({ source }: { source: string; streaming: boolean }) {
  return <div class="tcj-markdown">{source}</div>;
}
