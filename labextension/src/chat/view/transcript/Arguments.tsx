/** What a tool is called with: code and SQL as code, the rest as JSON; and all of it on one line. */
import { useWords } from "../../context";
import { CodeBlock } from "../../markdown/CodeBlock";
import { visible } from "../../markdown/visible";
import { asJson, Preformatted } from "../Preformatted";

type Values = Readonly<Record<string, unknown>>;

const LANGUAGES: Readonly<Record<string, string>> = { code: "python", sql: "sql" };
const LINE = 160;

export function Arguments({ values }: { values: Values }) {
  const words = useWords().transcript;
  const code = Object.entries(values).filter(([name, value]) => name in LANGUAGES && typeof value === "string");
  const rest = Object.entries(values).filter(([name, value]) => !(name in LANGUAGES && typeof value === "string"));
  return (
    <>
      {code.map(([name, value]) => (
        <CodeBlock key={name} code={visible(String(value))} language={LANGUAGES[name] ?? ""} />
      ))}
      {rest.length > 0 && <Preformatted text={asJson(Object.fromEntries(rest))} label={words.arguments} />}
    </>
  );
}

/** The arguments on one line: the value alone where there is just one. */
export function shortArguments(values: Values): string {
  const entries = Object.entries(values);
  const only = entries.length === 1 ? entries[0] : undefined;
  if (only !== undefined) return oneLine(asText(only[1]));
  return oneLine(entries.map(([name, value]) => `${name}=${asText(value)}`).join(", "));
}

/** `text` on one line, cut to what a line can show. */
export function oneLine(text: string): string {
  // Cut first: the text can be a megabyte, and a line shows its beginning only.
  const line = visible(text.slice(0, 4 * LINE))
    .replace(/\s+/g, " ")
    .trim();
  return line.length <= LINE ? line : `${line.slice(0, LINE - 1)}…`;
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : asJson(value, 0);
}
