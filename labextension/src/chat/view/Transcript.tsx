/** What was said and done, in order. */
import { useSnapshot } from "../context";

export function Transcript() {
  const { state } = useSnapshot();
  return <div role="log">{state.entries.length}</div>;
}
