/** A MIME bundle in the richest form that can be shown without running anything of it. */
import { useWords } from "../../context";
import { Html } from "../../markdown/Html";
import { Markdown } from "../../markdown/Markdown";
import { visible } from "../../markdown/visible";
import { chartOf, runOf, tableOf } from "../../mime";
import type { MimeBundle } from "../../state";
import { memo } from "../memo";
import { asJson, Preformatted } from "../Preformatted";
import { ChartPicture } from "./ChartPicture";
import { ResultTable } from "./ResultTable";
import { RunOutput } from "./RunOutput";

const PICTURES = ["image/png", "image/jpeg"];
/** Of pairs that are no pairs: nothing can be made of them. */
const HALVES = /[\ud800-\udfff]/gu;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

function AnyOutput({ mime }: { mime: MimeBundle }) {
  const words = useWords().transcript;
  const table = tableOf(mime);
  if (table !== null) return <ResultTable table={table} />;
  const run = runOf(mime);
  if (run !== null) return <RunOutput run={run} />;
  const plain = text(mime["text/plain"]);
  const picture = pictureOf(mime);
  if (picture !== null) {
    const chart = chartOf(mime);
    if (chart !== null) return <ChartPicture chart={chart} address={picture} />;
    return <img class="tcj-picture" src={picture} alt={visible(plain ?? words.picture)} />;
  }
  const html = text(mime["text/html"]);
  if (html !== undefined) return <Html html={html} />;
  const markdown = text(mime["text/markdown"]);
  if (markdown !== undefined) return <Markdown source={markdown} streaming={false} />;
  if (mime["application/json"] !== undefined) {
    return <Preformatted text={asJson(mime["application/json"])} label={words.result} />;
  }
  return plain === undefined ? null : <Preformatted text={plain} label={words.result} />;
}

/** It renders again only for another bundle: what surrounds it may change with every word of an answer. */
export const Output = memo(AnyOutput);

/** The address of a bundle's picture. An SVG is a picture too: as one, the browser runs and loads nothing of it. */
function pictureOf(mime: MimeBundle): string | null {
  const svg = text(mime["image/svg+xml"]);
  if (svg !== undefined) return `data:image/svg+xml,${encodeURIComponent(svg.replace(HALVES, "\ufffd"))}`;
  for (const type of PICTURES) {
    const data = text(mime[type])?.replace(/\s+/g, "");
    if (data !== undefined && BASE64.test(data)) return `data:${type};base64,${data}`;
  }
  return null;
}

/** A bundle's text; notebooks keep it as a list of lines. */
function text(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  if (Array.isArray(value) && value.length > 0 && value.every((line) => typeof line === "string"))
    return value.join("");
  return undefined;
}
