/** The whole chat. */
import { Transcript } from "./Transcript";

export function ChatView() {
  return (
    <div class="tcj-chat">
      <Transcript />
    </div>
  );
}
