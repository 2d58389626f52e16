/** User messages that are not in the conversation yet: queued behind a turn, or on their way. */
import { useSurroundings, useWords } from "../../context";
import type { UserEntry } from "../../state";
import { memo } from "../memo";
import { Said } from "./UserMessage";

function AnyPending({ entry, queued }: { entry: UserEntry; queued: boolean }) {
  const { chat } = useSurroundings();
  const words = useWords().transcript;
  return (
    <div class="tcj-user tcj-pending">
      <Said entry={entry} />
      <div class="tcj-pending-state">
        <span>{queued ? words.queued : words.sending}</span>
        {queued && (
          <button type="button" class="tcj-small-button" onClick={() => chat.withdraw(entry.messageId)}>
            {words.withdraw}
          </button>
        )}
      </div>
    </div>
  );
}

export const Pending = memo(AnyPending);
