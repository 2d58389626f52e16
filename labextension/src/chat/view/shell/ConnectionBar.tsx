/** The thin bars below the header: the connection when it is not there, a session that was deleted elsewhere. */
import { useContext } from "preact/hooks";
import { useSnapshot, useSurroundings, useWords } from "../../context";
import { FocusContext } from "./focus";
import { useHeldFor } from "./hooks";

/** A connection that comes at once is not worth a word. */
const CONNECTING_SHOWN_AFTER = 1000;

export function ConnectionBar() {
  const { connection } = useSnapshot();
  const slow = useHeldFor(connection.state === "connecting", CONNECTING_SHOWN_AFTER);
  // The region is there before it has something to say: only then is it read out.
  return <div role="status">{(connection.state !== "connecting" || slow) && <Bar />}</div>;
}

function Bar() {
  const { chat } = useSurroundings();
  const { connection, state } = useSnapshot();
  const words = useWords().shell;
  const focusComposer = useContext(FocusContext);
  switch (connection.state) {
    case "connecting":
      return <div class="tcj-bar">{words.connection.connecting}</div>;
    case "reconnecting":
      return <div class="tcj-bar">{words.connection.reconnecting(connection.attempt, connection.of)}</div>;
    case "lost":
      return (
        <div class="tcj-bar tcj-bar-warning">
          <p class="tcj-bar-text">
            <strong>{words.connection.lost}</strong> {connection.message} {connection.hint}
          </p>
          <button
            type="button"
            class="tcj-button tcj-button-small"
            onClick={() => {
              chat.reconnect();
              focusComposer(); // the bar goes away, and the button with it
            }}
          >
            {words.connection.retry}
          </button>
        </div>
      );
    case "open":
      if (connection.busy) return <div class="tcj-bar">{words.connection.busy}</div>;
      if (!state.deleted) return null;
      return (
        <div class="tcj-bar tcj-bar-warning">
          <p class="tcj-bar-text">{words.sessions.deleted}</p>
          <button
            type="button"
            class="tcj-button tcj-button-small"
            onClick={() => {
              chat.newSession();
              focusComposer();
            }}
          >
            {words.menu.newSession}
          </button>
        </div>
      );
  }
}
