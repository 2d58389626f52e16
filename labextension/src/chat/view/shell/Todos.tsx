/** The user's todos as a checklist: what is late first, what is done folded. */
import { useRef } from "preact/hooks";
import { useSnapshot, useSurroundings, useWords } from "../../context";
import { visible } from "../../markdown/visible";
import type { TodoItem } from "../../protocol";
import { grouped } from "../figures";
import { doneTodos, dueExactly, dueInWords, isOverdue, openTodos } from "./due";
import { BinIcon } from "./icons";
import { useKeptFocus, useNow } from "./hooks";
import { Nothing } from "./Nothing";

export function Todos() {
  const { todos } = useSnapshot();
  const words = useWords().shell;
  const box = useRef<HTMLDivElement>(null);
  const now = useNow();
  useKeptFocus(box);
  if (todos === null) return <p class="tcj-drawer-note">{words.drawer.loading}</p>;
  const open = openTodos(todos);
  const done = doneTodos(todos);
  return (
    <div ref={box} class="tcj-todos" tabIndex={-1}>
      {open.length === 0 && <Nothing words={words.todos} />}
      {open.length > 0 && (
        <ul class="tcj-list">
          {open.map((todo) => (
            <Todo key={todo.todo_id} todo={todo} now={now} />
          ))}
        </ul>
      )}
      {done.length > 0 && (
        <details class="tcj-done">
          <summary>{words.todos.done(grouped(done.length))}</summary>
          <ul class="tcj-list">
            {done.map((todo) => (
              <Todo key={todo.todo_id} todo={todo} now={now} />
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Todo({ todo, now }: { todo: TodoItem; now: number }) {
  const { chat, host } = useSurroundings();
  const words = useWords().shell.todos;
  const overdue = isOverdue(todo, now);
  const details = [];
  if (todo.due !== null && !todo.done) {
    const time = dueInWords(todo.due, now, host.language);
    details.push(
      <span key="due" class={overdue ? "tcj-overdue" : ""} title={dueExactly(todo.due, host.language)}>
        {overdue ? words.overdue(time) : words.due(time)}
      </span>,
    );
  }
  if (todo.priority !== "normal" && !todo.done) {
    details.push(<span key="priority">{words.priority[todo.priority]}</span>);
  }
  for (const tag of todo.tags) details.push(<span key={`#${tag}`}>#{tag}</span>);
  return (
    <li class={`tcj-todo${todo.done ? " tcj-todo-done" : ""}`}>
      <label class="tcj-todo-label">
        <input
          type="checkbox"
          class="tcj-check"
          checked={todo.done}
          onChange={() => chat.changeTodo(todo.todo_id, todo.done ? "undone" : "done")}
        />
        <span class="tcj-todo-text">
          <span class="tcj-todo-title">{visible(todo.title)}</span>
          {details.length > 0 && <span class="tcj-details">{details}</span>}
        </span>
      </label>
      <button
        type="button"
        class="tcj-icon-button tcj-quiet-button"
        aria-label={words.remove(todo.title)}
        title={words.remove(todo.title)}
        onClick={() => chat.changeTodo(todo.todo_id, "delete")}
      >
        <BinIcon />
      </button>
    </li>
  );
}
