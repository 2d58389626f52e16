// @vitest-environment node
import { beforeEach, describe, expect, test } from "vitest";
import { Follower } from "../src/panel/follow";

class Notebook {
  constructor(readonly name: string) {}
}

const [a, b] = [new Notebook("a"), new Notebook("b")];
let opened: (string | null)[];
let answers: Map<Notebook, Promise<string | null>>;
let follower: Follower<Notebook>;

/** A chat that shows at once what it is asked to. */
function make(following = true): Follower<Notebook> {
  const made: Follower<Notebook> = new Follower(
    {
      ownSession: (notebook) => answers.get(notebook) ?? Promise.resolve(`nb-${notebook.name}`),
      open: (sessionId) => {
        opened.push(sessionId);
        void made.nowShown(sessionId ?? `new-${opened.length}`);
      },
    },
    following,
  );
  return made;
}

beforeEach(() => {
  opened = [];
  answers = new Map();
  follower = make();
});

describe("following", () => {
  test("shows the session of the notebook in front", async () => {
    await follower.toFront(a);
    await follower.toFront(b);
    await follower.toFront(a);
    expect(opened).toEqual(["nb-a", "nb-b", "nb-a"]);
  });

  test("opens nothing twice", async () => {
    await follower.toFront(a);
    await follower.toFront(null);
    await follower.toFront(a);
    expect(opened).toEqual(["nb-a"]);
  });

  test("does not go back to a notebook whose answer came late", async () => {
    let late: (id: string) => void = () => undefined;
    answers.set(a, new Promise((resolve) => (late = resolve)));
    const first = follower.toFront(a);
    await follower.toFront(b);
    late("nb-a");
    await first;
    expect(opened).toEqual(["nb-b"]);
  });

  test("begins a new session where the server knows none, and comes back to it", async () => {
    answers.set(a, Promise.resolve(null));
    await follower.toFront(a);
    await follower.toFront(b);
    await follower.toFront(a);
    expect(opened).toEqual([null, "nb-b", "new-1"]);
  });

  test("asks again when the kernel is another one", async () => {
    await follower.toFront(a);
    answers.set(a, Promise.resolve("nb-a-before-it-was-renamed"));
    await follower.kernelChanged(a);
    await follower.kernelChanged(b);
    expect(opened).toEqual(["nb-a", "nb-a-before-it-was-renamed"]);
  });
});

describe("a session that the user picks", () => {
  test("stays with the notebook that was in front", async () => {
    await follower.toFront(a);
    await follower.nowShown("picked");
    await follower.toFront(b);
    await follower.toFront(a);
    expect(opened).toEqual(["nb-a", "nb-b", "picked"]);
  });

  test("is not left when the kernel changes", async () => {
    await follower.toFront(a);
    await follower.nowShown("picked");
    await follower.kernelChanged(a);
    expect(opened).toEqual(["nb-a"]);
  });
});

describe("not following", () => {
  test("begins with the notebook in front and stays there", async () => {
    follower = make(false);
    await follower.toFront(a);
    await follower.toFront(b);
    expect(opened).toEqual(["nb-a"]);
  });

  test("shows a notebook's session when it is asked for", async () => {
    follower = make(false);
    await follower.toFront(a);
    await follower.show(b);
    expect(opened).toEqual(["nb-a", "nb-b"]);
  });

  test("catches up when following is switched on", async () => {
    follower = make(false);
    await follower.toFront(a);
    await follower.toFront(b);
    await follower.setFollowing(true);
    expect(opened).toEqual(["nb-a", "nb-b"]);
  });
});

describe("a deleted session", () => {
  test("of the notebook gives way to its next, not to the one that the chat began", async () => {
    await follower.toFront(a);
    answers.set(a, Promise.resolve("nb-a-2"));
    await follower.nowShown("begun by the chat");
    await follower.toFront(b);
    await follower.toFront(a);
    expect(opened).toEqual(["nb-a", "nb-a-2", "nb-b", "nb-a-2"]);
  });

  test("was none, if the notebook still has the same: the user picked", async () => {
    await follower.toFront(a);
    await follower.nowShown("picked");
    await follower.toFront(b);
    await follower.toFront(a);
    expect(opened).toEqual(["nb-a", "nb-b", "picked"]);
  });

  test("does not take the user away from what was picked since", async () => {
    await follower.toFront(a);
    let late: (id: string) => void = () => undefined;
    answers.set(a, new Promise((resolve) => (late = resolve)));
    const begun = follower.nowShown("begun by the chat");
    await follower.nowShown("picked");
    late("nb-a-2");
    await begun;
    expect(opened).toEqual(["nb-a"]);
  });
});

describe("the owner of a session", () => {
  test("is the open notebook that it is shown with", async () => {
    await follower.toFront(a);
    await follower.toFront(b);
    expect(follower.owner("nb-a", [a, b])).toBe(a);
    expect(follower.owner("nb-a", [b])).toBeNull();
    expect(follower.owner("other", [a, b])).toBeNull();
  });

  test("is the one in front, if several show it", async () => {
    await follower.toFront(a);
    await follower.toFront(b);
    await follower.nowShown("nb-a");
    expect(follower.owner("nb-a", [a, b])).toBe(b);
  });
});
