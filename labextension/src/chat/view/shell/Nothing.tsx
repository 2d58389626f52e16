/** A list without anything in it: that it is so, and the sentence that adds something. Clicking takes it over. */
import { useContext } from "preact/hooks";
import { useSurroundings } from "../../context";
import { FocusContext } from "./focus";

interface NothingWords {
  readonly empty: string;
  readonly howTo: string;
  readonly example: string;
}

export function Nothing({ words }: { words: NothingWords }) {
  const { chat } = useSurroundings();
  const focusComposer = useContext(FocusContext);
  return (
    <div class="tcj-nothing">
      <p>{words.empty}</p>
      <p>
        {words.howTo}{" "}
        <button
          type="button"
          class="tcj-link"
          onClick={() => {
            chat.setDraft(words.example);
            focusComposer();
          }}
        >
          {words.example}
        </button>
      </p>
    </div>
  );
}
