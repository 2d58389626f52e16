/** A MIME bundle in the richest form that can be shown without running anything of it. */
import { useWords } from "../../context";
import { Html } from "../../markdown/Html";
import { Markdown } from "../../markdown/Markdown";
import { visible } from "../../markdown/visible";
import type { MimeBundle } from "../../state";
import { asJson, Preformatted } from "./Preformatted";

const PICTURES = ["image/png", "image/jpeg"];
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export function Output({ mime }: { mime: MimeBundle }) {
  const words = useWords().transcript;
  const plain = text(mime["text/plain"]);
  for (const type of PICTURES) {
    const data = text(mime[type])?.replace(/\s+/g, "");
    if (data !== undefined && BASE64.test(data)) {
      return <img class="tcj-picture" src={`data:${type};base64,${data}`} alt={visible(plain ?? words.picture)} />;
    }
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

/** A bundle's text; notebooks keep it as a list of lines. */
function text(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  if (Array.isArray(value) && value.length > 0 && value.every((line) => typeof line === "string"))
    return value.join("");
  return undefined;
}
