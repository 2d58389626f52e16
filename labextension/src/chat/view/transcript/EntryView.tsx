/** One entry, whatever it is. It renders again only when the entry is another object. */
import type { Entry } from "../../state";
import { Approval } from "./Approval";
import { End } from "./End";
import { ErrorCard } from "./ErrorCard";
import { memo } from "../memo";
import { Notice } from "./Notice";
import { Question } from "./Question";
import { Reminder } from "./Reminder";
import { TextMessage } from "./TextMessage";
import { ToolCall } from "./ToolCall";
import { UserMessage } from "./UserMessage";

interface Props {
  readonly entry: Entry;
  /** Its turn is running. */
  readonly live: boolean;
  /** It belongs to the last turn, and no turn runs: it can be tried again. */
  readonly again: boolean;
  /** It is part of a call. */
  readonly nested?: boolean;
}

function AnyEntry({ entry, live, again, nested = false }: Props) {
  switch (entry.kind) {
    case "user":
      return <UserMessage entry={entry} again={again} />;
    case "text":
      return <TextMessage entry={entry} live={live} />;
    case "tool":
      return <ToolCall entry={entry} live={live} nested={nested} />;
    case "question":
      return <Question entry={entry} />;
    case "approval":
      return <Approval entry={entry} />;
    case "notice":
      return <Notice entry={entry} />;
    case "error":
      return <ErrorCard entry={entry} again={again} />;
    case "reminder":
      return <Reminder entry={entry} />;
    case "end":
      return <End entry={entry} again={again} />;
  }
}

export const EntryView = memo(AnyEntry);
