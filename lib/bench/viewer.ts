import { PailServer } from "@/e2e/support/pail-server";
import { makePhotographs } from "@/e2e/support/photos";
import { variants } from "@/lib/images/variants";
import { launchChromium } from "./chromium";
import { median } from "./figures";
import { PlainPage } from "./plain-page";

const pictures = 36;
/** No thumb is longer. */
const thumbSide = variants.thumb.side;
/** Of those that are opened: neighbours are fetched beforehand, and are not opened. */
const step = 3;

interface Times {
  thumb: number;
  display: number;
  close: number;
}

/** A picture of twelve megapixels is opened from the gallery and closed, one that was not fetched before each time. */
export async function benchViewer(): Promise<void> {
  const pail = await PailServer.start();
  const browser = await launchChromium();
  try {
    const user = pail.addUser();
    const context = await browser.newContext({ baseURL: pail.origin });
    await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
    const adding = await context.newPage();
    await adding.goto("/");
    const photographs = await makePhotographs(pictures, { megapixels: 12 });
    await adding
      .getByLabel("Choose pictures", { exact: true })
      .setInputFiles(photographs.map(({ path }) => path));
    const ready = "select id from images where owner_id = ? and state = 'ready'";
    while (pail.query(ready, user.id).length < pictures) await adding.waitForTimeout(500);
    await context.close();
    const page = await PlainPage.open(browser, pail.origin, { name: "pail", value: user.token });
    const [first, ...times] = await page.evaluate<Times[]>(openEach);
    await page.close();
    if (first === undefined || times.length < 5) throw new Error("too few pictures were opened");
    console.log(`the first one, with the viewer's script: display size after ${first.display.toFixed(0)} ms`);
    for (const [name, mark] of [
      ["thumb", "at once"],
      ["display", "at most 300 ms"],
      ["close", "at most 50 ms"],
    ] as const) {
      const list = times.map((time) => time[name]);
      console.log(
        `${name}: ${median(list).toFixed(0)} ms, at most ${Math.max(...list).toFixed(0)} ms of ${list.length} (mark: ${mark})`,
      );
    }
  } finally {
    await browser.close();
    await pail.stop();
  }
}

/** Runs in the page. A press without hovering before it, so that nothing is fetched beforehand. */
const openEach = `(async () => {
  const painted = () => new Promise((then) => requestAnimationFrame(() => setTimeout(then)));
  const until = async (found) => {
    for (const began = performance.now(); !found(); await painted())
      if (performance.now() - began > 20_000) throw new Error("not seen within 20 seconds: " + found);
    await painted();
  };
  const dialog = () => document.querySelector(".pswp")?.closest("dialog, [role=dialog]");
  await until(() => document.querySelectorAll(".timeline li[data-id][aria-posinset]").length > ${step});
  const tiles = () => [...document.querySelectorAll("li[data-id][aria-posinset]")];
  const times = [];
  for (let last = null; ;) {
    const tile = tiles()[last === null ? 0 : tiles().findIndex((one) => one.dataset.id === last) + ${step}];
    if (tile === undefined) break;
    last = tile.dataset.id;
    tile.scrollIntoView({ block: "center" });
    const image = tile.querySelector("img");
    await until(() => image.complete);
    await new Promise((rested) => setTimeout(rested, 500));
    const seen = (least) => [...(dialog() ?? document.createElement("i")).querySelectorAll("img")].some((one) => {
      const { left, width } = one.getBoundingClientRect();
      return one.alt === image.alt && one.complete && one.naturalWidth > least && left < innerWidth && left + width > 0;
    });
    const began = performance.now();
    tile.querySelector("a").dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, pointerType: "mouse" }));
    tile.querySelector("a").click();
    await until(() => seen(0));
    const thumb = performance.now() - began;
    await until(() => seen(${thumbSide}));
    const display = performance.now() - began;
    await new Promise((rested) => setTimeout(rested, 1000));
    const closing = performance.now();
    (document.activeElement ?? document.body).dispatchEvent(
      new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
    await until(() => !dialog());
    times.push({ thumb, display, close: performance.now() - closing });
    await new Promise((rested) => setTimeout(rested, 300));
  }
  return times;
})()`;
