import { type BrowserPage, type Key, keys, type Place } from "./browser-page";

const elementKey = "element-6066-11e4-a52e-4f735466cecf";

/** How long a step of the mouse or a finger takes. */
const stepMs = 20;

type Session = Omit<
  BrowserPage,
  "readErrors" | "downloadsFolder" | "readFailedDownloads" | "killServiceWorker"
>;

/** A session of plain WebDriver, at `origin`. */
export async function openSession(origin: string, capabilities: object): Promise<Session> {
  const { sessionId } = await ask<{ sessionId: string }>("POST", `${origin}/session`, {
    capabilities: { alwaysMatch: { unhandledPromptBehavior: "accept", ...capabilities } },
  });
  const session = `${origin}/session/${sessionId}`;
  const post = <T>(command: string, body: object = {}) => ask<T>("POST", `${session}/${command}`, body);
  const find = async (selector: string) => {
    const found = await post<Record<string, string>>("element", { using: "css selector", value: selector });
    return `element/${found[elementKey]}`;
  };
  const type = (text: string) => {
    const actions = [...text].flatMap((value) => ["keyDown", "keyUp"].map((type) => ({ type, value })));
    return post<void>("actions", { actions: [{ type: "key", id: "keyboard", actions }] });
  };
  const move = ({ x, y }: Place) => ({
    ...{ type: "pointerMove", duration: stepMs, x: Math.round(x), y: Math.round(y) },
  });
  const point = (pointerType: "mouse" | "touch", [first, ...further]: readonly Place[]) => {
    const [down, up] = ["pointerDown", "pointerUp"].map((type) => ({ type, button: 0 }));
    const actions = [...(first ? [move(first)] : []), down, ...further.map(move), up];
    return post<void>("actions", {
      actions: [{ type: "pointer", id: pointerType, parameters: { pointerType }, actions }],
    });
  };
  return {
    goto: (url) => post("url", { url }),
    goBack: () => post("back"),
    reload: () => post("refresh"),
    evaluate: async <A extends unknown[], T>(work: (...args: A) => T | Promise<T>, ...args: A) => {
      const script = `const [args, done] = arguments;
        new Promise((resolve) => resolve((${work})(...args)))
          .then((value) => done({ value }), (error) => done({ error: String(error) }));`;
      const ended = await post<{ value: T } | { error: string }>("execute/async", { script, args: [args] });
      if ("error" in ended) throw new Error(ended.error);
      return ended.value;
    },
    click: async (selector) => post(`${await find(selector)}/click`),
    type,
    press: (key, held) => {
      const pressed = [...(held === undefined ? [] : [held]), key].map((name: Key) => keys[name]);
      const down = pressed.map((value) => ({ type: "keyDown", value }));
      const up = pressed.toReversed().map((value) => ({ type: "keyUp", value }));
      return post("actions", { actions: [{ type: "key", id: "keyboard", actions: [...down, ...up] }] });
    },
    drag: (places) => point("mouse", places),
    swipe: (places) => point("touch", places),
    wheel: ({ x, y }, deltaY) => {
      const turn = { type: "scroll", duration: 0, x: Math.round(x), y: Math.round(y), deltaX: 0, deltaY };
      return post("actions", { actions: [{ type: "wheel", id: "wheel", actions: [turn] }] });
    },
    chooseFiles: async (selector, paths) => post(`${await find(selector)}/value`, { text: paths.join("\n") }),
    close: () => ask("DELETE", session),
  };
}

async function ask<T>(method: "POST" | "DELETE", url: string, body?: object): Promise<T> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = (await response.json()) as { value: T & { error?: string; message?: string } };
  if (!response.ok) throw new Error(`WebDriver: ${value.error}: ${value.message}`);
  return value;
}
