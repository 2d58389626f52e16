/** A question to the user; answered, it folds to one line. */
import { useWords, useSurroundings } from "../../context";
import { visible } from "../../markdown/visible";
import type { QuestionEntry } from "../../state";
import { OpenQuestion } from "./OpenQuestion";

export function Question({ entry }: { entry: QuestionEntry }) {
  return entry.open ? <OpenQuestion entry={entry} /> : <ClosedQuestion entry={entry} />;
}

function ClosedQuestion({ entry }: { entry: QuestionEntry }) {
  const { host } = useSurroundings();
  const words = useWords().transcript;
  const unanswered = entry.by === "timeout" ? words.notInTime : words.notAnswered;
  const elsewhere = entry.answer !== null && entry.by !== host.surface;
  return (
    <div class="tcj-question tcj-closed">
      <span class="tcj-quiet-text">{visible(entry.content)} → </span>
      {entry.answer === null ? (
        <span class="tcj-quiet-text">{unanswered}</span>
      ) : (
        <span class="tcj-strong">{visible(entry.answer)}</span>
      )}
      {elsewhere && <span class="tcj-quiet"> · {words.answeredBy(entry.by)}</span>}
    </div>
  );
}
