/** Below an answer, quietly: the results behind it that it does not mark itself, and numbers that stand in none. */
import { useSelected, useWords } from "../../context";
import { Mark } from "../../markdown/Mark";
import { visible } from "../../markdown/visible";
import type { Proof } from "../../state";

const MARK = /\[q\d+\]/;
const MOST_NUMBERS = 8;

export function Evidence({ proof, text }: { proof: Proof; text: string }) {
  const words = useWords().tables;
  const results = useSelected(({ state }) => state.results);
  const refs = MARK.test(text) ? [] : proof.refs.filter((ref) => results.has(ref));
  const { unproved } = proof;
  const numbers = unproved.slice(0, MOST_NUMBERS).map(visible).join(", ");
  return (
    <>
      {refs.length > 0 && (
        <div class="tcj-quiet tcj-evidence">
          {words.evidence}{" "}
          {refs.map((ref) => (
            <Mark key={ref} name={ref} />
          ))}
        </div>
      )}
      {unproved.length > 0 && (
        <div class="tcj-quiet">
          {words.unproved(unproved.length, unproved.length > MOST_NUMBERS ? `${numbers} …` : numbers)}
        </div>
      )}
    </>
  );
}
