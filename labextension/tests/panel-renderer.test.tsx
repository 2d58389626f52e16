import { act } from "preact/test-utils";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { CHART, TABLE } from "../src/chat/mime";
import { fakeHost } from "./fake-chat";

type Factory = ReturnType<(typeof import("../src/panel/renderer"))["rendererFactory"]>;
type Renderer = ReturnType<Factory["createRenderer"]>;

const inserted: [string, boolean][] = [];
let rank: number;
let factory: Factory;
let renderer: Renderer;

beforeAll(async () => {
  // Lumino looks for it when it is loaded; jsdom has none.
  globalThis.DragEvent ??= class extends Event {} as never;
  const { RANK, rendererFactory } = await import("../src/panel/renderer");
  rank = RANK;
  factory = rendererFactory((node) =>
    fakeHost({ insertCell: node.isConnected ? (code) => void inserted.push([code, node.isConnected]) : null }),
  );
});

beforeEach(() => {
  inserted.length = 0;
  renderer = factory.createRenderer({} as never);
});
afterEach(() => renderer.dispose());

const table = {
  [TABLE]: { ref: "q1", columns: [{ name: "island" }], rows: [["Biscoe"]], total_rows: 1, code: "import duckdb" },
  "text/html": "<b>static</b>",
};
const show = (data: object): Promise<void> => act(() => renderer.renderModel({ data } as never));

test("a result in a cell's output is the chat's table, before its HTML", async () => {
  expect(rank).toBeLessThan(50);
  expect(factory).toMatchObject({ safe: true, mimeTypes: [TABLE, CHART] });
  await show(table);
  expect(renderer.node.classList.contains("tcj-chat")).toBe(true);
  expect(renderer.node.querySelector("td")?.textContent).toBe("Biscoe");
  expect(renderer.node.textContent).not.toContain("static");
});

test("it goes as a cell into the notebook that it stands in, once it stands there", async () => {
  const { Widget } = await import("@lumino/widgets");
  await show(table);
  const button = () => renderer.node.querySelector<HTMLElement>("button")!;
  expect(button().textContent).toBe("Copy code");
  await act(() => Widget.attach(renderer, document.body));
  expect(button().textContent).toBe("Insert as cell");
  await act(() => button().click());
  expect(inserted).toEqual([["import duckdb", true]]);
});

test("a chart is its picture", async () => {
  await show({ [CHART]: { ref: "q2", title: "Mass" }, "image/svg+xml": "<svg/>" });
  expect(renderer.node.querySelector("img")?.alt).toBe("Mass");
});

test("it leaves nothing behind", async () => {
  await show(table);
  const { node } = renderer;
  renderer.dispose();
  expect(node.childElementCount).toBe(0);
});
