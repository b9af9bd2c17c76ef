import { describe, expect, test } from "vitest";
import { Turns } from "./turns";

/** Work that lasts until it is told to end, and notes when it began. */
function bench(places: number) {
  const turns = new Turns(places);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const add = (owner: string, name: string) =>
    turns.take(owner, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      return name;
    });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (name: string) => {
    await settle();
    ends.get(name)?.();
    await settle();
  };
  return { begun, add, end, settle };
}

describe("whose picture is decoded next", () => {
  test("one person's pictures take one place, however many there are: the other is for somebody else", async () => {
    const { begun, add, end, settle } = bench(2);
    const done = [add("a", "a1"), add("a", "a2"), add("a", "a3"), add("b", "b1")];
    await settle();
    expect(begun).toEqual(["a1", "b1"]);
    await end("b1");
    expect(begun).toEqual(["a1", "b1"]);
    await end("a1");
    await end("a2");
    await end("a3");
    expect(begun).toEqual(["a1", "b1", "a2", "a3"]);
    expect(await Promise.all(done)).toEqual(["a1", "a2", "a3", "b1"]);
  });

  test("people take turns: who has just had one waits for the others", async () => {
    const { begun, add, end } = bench(1);
    const done = [add("a", "a1"), add("a", "a2"), add("b", "b1"), add("b", "b2"), add("c", "c1")];
    for (const name of ["a1", "b1", "c1", "a2", "b2"]) await end(name);
    expect(begun).toEqual(["a1", "b1", "c1", "a2", "b2"]);
    await Promise.all(done);
  });

  test("what fails gives its place back, and fails alone", async () => {
    const turns = new Turns(1);
    const failing = turns.take("a", async () => {
      throw new Error("damaged");
    });
    const next = turns.take("a", async () => "fine");
    await expect(failing).rejects.toThrow("damaged");
    expect(await next).toBe("fine");
  });
});
