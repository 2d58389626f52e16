/** A chart as its picture, with what it was made of. */
import { useWords } from "../../context";
import { CodeBlock } from "../../markdown/CodeBlock";
import { visible } from "../../markdown/visible";
import type { Chart } from "../../mime";
import { Fold } from "../Fold";
import { ResultActions } from "./ResultActions";

/** `address`: of the picture, which came with the chart. */
export function ChartPicture({ chart, address }: { chart: Chart; address: string }) {
  const words = useWords().tables;
  const { ref, title, description, code, spec } = chart;
  const said = [title, description].filter(Boolean).map(visible).join(". ");
  return (
    <figure class="tcj-result" aria-label={words.result(ref, visible(title))}>
      <figcaption class="tcj-result-head">
        <span class="tcj-result-name">
          {ref !== "" && <span class="tcj-strong">{visible(ref)} </span>}
          {visible(title)}
        </span>
        <ResultActions code={code} />
      </figcaption>
      <img class="tcj-picture tcj-drawing" src={address} alt={said === "" ? words.chart : said} />
      <Fold line={words.spec}>{() => <CodeBlock code={JSON.stringify(spec, null, 2) ?? ""} language="json" />}</Fold>
    </figure>
  );
}
