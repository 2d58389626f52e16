/** Before anything was said: what to try, made from what is at hand, and what is to be known of the model. */
import { useContext, useEffect } from "preact/hooks";
import { useSnapshot, useSurroundings, useWords } from "../../context";
import { visible } from "../../markdown/visible";
import { grouped } from "../figures";
import { FocusContext } from "./focus";
import { suggestions } from "./suggestions";

const SHOWN = 3;
/** The step that is shown with its line. */
const KEY_STEP = 1;

export function EmptyState() {
  const { chat, host } = useSurroundings();
  const { about, todos, tables, connection } = useSnapshot();
  const words = useWords().shell.empty;
  const focusComposer = useContext(FocusContext);
  const connected = connection.state === "open";
  useEffect(() => {
    if (connected && chat.snapshot.todos === null) chat.loadTodos();
  }, [chat, connected]);

  const offline = about?.offline === true;
  const open = todos?.filter((todo) => !todo.done).length ?? 0;
  const ofTables = suggestions(tables?.tables ?? [], words);
  const made = [
    ...ofTables,
    ...(host.notebook !== null && ofTables.length === 0 && !offline ? [words.notebook(host.notebook.name)] : []),
    open > 0 ? words.myTodos(grouped(open)) : words.addTodo,
    words.remind,
    offline ? words.choose : words.abilities,
  ];
  return (
    <div class="tcj-empty">
      {about?.problem && (
        <div class="tcj-empty-problem">
          <h2 class="tcj-empty-title">{words.problem}</h2>
          <p>{about.problem}</p>
          {host.openSettings && (
            <button type="button" class="tcj-button" onClick={host.openSettings}>
              {words.settings}
            </button>
          )}
        </div>
      )}
      <div class="tcj-empty-try">
        <h2 class="tcj-empty-title">{words.title}</h2>
        <ul class="tcj-suggestions" aria-label={words.try}>
          {[...new Set(made)].slice(0, SHOWN).map((text) => (
            <li key={text}>
              <button
                type="button"
                class="tcj-suggestion"
                onClick={() => {
                  chat.setDraft(text);
                  focusComposer();
                }}
              >
                {text}
              </button>
            </li>
          ))}
        </ul>
      </div>
      {tables?.problem && <p class="tcj-empty-note">{visible(tables.problem)}</p>}
      {offline && !about.problem && <OfflineNote />}
      {about?.warnings.map((warning) => (
        <p key={warning} class="tcj-empty-note">
          {warning}
        </p>
      ))}
    </div>
  );
}

function OfflineNote() {
  const words = useWords().shell.empty;
  return (
    <div class="tcj-empty-note">
      <p>{words.offline}</p>
      <details>
        <summary>{words.connect}</summary>
        <ol class="tcj-steps">
          {words.connectSteps.map((step, index) => (
            <li key={step}>
              {step}
              {index === KEY_STEP && <code class="tcj-steps-example">{words.connectExample}</code>}
            </li>
          ))}
        </ol>
      </details>
    </div>
  );
}
