/** What models may see of the session's tables: the level, masked names, and rules that lower it. Each change counts at once. */
import type { ComponentChild } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useSnapshot, useSurroundings, useWords } from "../../context";
import { LEVELS, RULE_LEVELS, type RuleLevel } from "../../fold/fields";
import { visible } from "../../markdown/visible";
import type { PrivacyRule, SessionInfo } from "../../protocol";
import { Dialog } from "./Dialog";
import { useElementId, useKeptFocus } from "./hooks";
import { BinIcon } from "./icons";

export function PrivacyDialog({ session, onClose }: { session: SessionInfo; onClose: () => void }) {
  const { chat } = useSurroundings();
  const { problem } = useSnapshot();
  const words = useWords().privacy;
  const group = useElementId();
  const list = useRef<HTMLUListElement>(null);
  useKeptFocus(list);
  const { privacy, ceiling, names, rules } = session;
  const masked = names === "masked";
  useEffect(() => chat.loadTables(), [chat]);
  return (
    <Dialog title={words.title} class="tcj-wide" closes={true} onClose={onClose}>
      <div role="radiogroup" aria-label={words.title}>
        {LEVELS.map((level) => {
          const tooHigh = LEVELS.indexOf(level) > LEVELS.indexOf(ceiling);
          const { name, detail } = words.levels[level];
          return (
            <Choice key={level} name={name} detail={tooHigh ? `${detail} (${words.tooHigh})` : detail}>
              <input
                type="radio"
                class="tcj-check"
                name={group}
                checked={level === privacy}
                disabled={tooHigh}
                onChange={() => chat.configure({ privacy: level })}
              />
            </Choice>
          );
        })}
      </div>
      <Choice name={words.mask} detail={words.maskDetail}>
        <input
          type="checkbox"
          role="switch"
          class="tcj-check"
          checked={masked}
          onChange={() => chat.configure({ names: masked ? "clear" : "masked" })}
        />
      </Choice>
      {problem && (
        <p class="tcj-dialog-text tcj-strong" role="alert">
          {visible(problem.message)} {visible(problem.hint)}
        </p>
      )}
      <h3 class="tcj-dialog-title">{words.rules}</h3>
      <p class="tcj-dialog-text tcj-details">{words.rulesDetail}</p>
      <ul class="tcj-list" ref={list} tabIndex={-1}>
        {rules.map((rule) => (
          <li key={nameOf(rule)} class="tcj-rule">
            <span class="tcj-rule-name">
              {visible(nameOf(rule))} → {words.levels[rule.level].name}
            </span>
            <button
              type="button"
              class="tcj-icon-button tcj-quiet-button"
              aria-label={words.remove(visible(nameOf(rule)))}
              title={words.remove(visible(nameOf(rule)))}
              onClick={() => chat.configure({ rules: rules.filter((other) => other !== rule) })}
            >
              <BinIcon />
            </button>
          </li>
        ))}
      </ul>
      <NewRule rules={rules} />
    </Dialog>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly detail: string;
  readonly children: ComponentChild;
}

function Choice({ name, detail, children }: ChoiceProps) {
  return (
    <label class="tcj-choice">
      {children}
      <span>
        {name} <span class="tcj-details">{detail}</span>
      </span>
    </label>
  );
}

function NewRule({ rules }: { rules: readonly PrivacyRule[] }) {
  const { chat } = useSurroundings();
  const { tables } = useSnapshot();
  const words = useWords().privacy;
  const [chosen, choose] = useState("");
  const [column, chooseColumn] = useState("");
  const [level, chooseLevel] = useState<RuleLevel>("names");
  const known = tables?.tables ?? [];
  const table = known.find(({ name }) => name === chosen) ?? known[0];
  if (table === undefined) {
    return tables && <p class="tcj-dialog-text tcj-details">{visible(tables.problem ?? words.noTables)}</p>;
  }
  const add = () => {
    const rule: PrivacyRule = { table: table.name, column: column === "" ? null : column, level };
    chat.configure({ rules: [...rules.filter((other) => nameOf(other) !== nameOf(rule)), rule] });
  };
  return (
    <div class="tcj-new-rule">
      <Select
        label={words.table}
        value={table.name}
        options={known.map(({ name }) => [name, visible(name)])}
        onChoose={(name) => {
          choose(name);
          chooseColumn("");
        }}
      />
      <Select
        label={words.column}
        value={column}
        options={[["", words.wholeTable], ...table.columns.map(({ name }) => [name, visible(name)] as const)]}
        onChoose={chooseColumn}
      />
      <Select
        label={words.mostSeen}
        value={level}
        options={RULE_LEVELS.map((one) => [one, words.levels[one].name])}
        onChoose={(one) => chooseLevel(one as RuleLevel)}
      />
      <button type="button" class="tcj-button" onClick={add}>
        {words.add}
      </button>
    </div>
  );
}

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, shown: string])[];
  onChoose(value: string): void;
}

function Select({ label, value, options, onChoose }: SelectProps) {
  return (
    <label class="tcj-select">
      <span class="tcj-details">{label}</span>
      <select class="tcj-line-input" value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {options.map(([option, shown]) => (
          <option key={option} value={option}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  );
}

function nameOf({ table, column }: PrivacyRule): string {
  return column ? `${table}.${column}` : table;
}
