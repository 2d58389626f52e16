/** What code did that ran in the kernel: what it printed and showed, how it failed, which variables it left. */
import { useWords } from "../../context";
import { plain } from "../../markdown/plain";
import { visible } from "../../markdown/visible";
import type { Run } from "../../mime";
import { Fold } from "../Fold";
import { Preformatted } from "../Preformatted";
import { Output } from "./Output";
import { ResultActions } from "./ResultActions";

const CHANGES = ["new", "changed", "removed"] as const;

export function RunOutput({ run }: { run: Run }) {
  const words = useWords().tables;
  const { stdout, stderr, outputs, error, variables } = run;
  const changes = CHANGES.filter((kind) => variables[kind].length > 0)
    .map((kind) => words.variables[kind](variables[kind].map(visible).join(", ")))
    .join(" · ");
  return (
    <div class="tcj-run">
      {stdout !== "" && <Preformatted text={plain(stdout)} label={words.output} />}
      {stderr !== "" && <Preformatted text={plain(stderr)} label={words.errorOutput} />}
      {outputs.map((mime, at) => (
        <Output key={at} mime={mime} />
      ))}
      {error !== null && (
        <div class="tcj-card tcj-error">
          <div class="tcj-strong tcj-wrapped">
            {visible(plain([error.name, error.message].filter(Boolean).join(": ")))}
          </div>
          {error.traceback !== "" && (
            <Fold line={words.traceback}>
              {() => <Preformatted text={plain(error.traceback)} label={words.traceback} />}
            </Fold>
          )}
        </div>
      )}
      <div class="tcj-result-head">
        <span class="tcj-quiet">{changes}</span>
        <ResultActions code={run.code} />
      </div>
    </div>
  );
}
