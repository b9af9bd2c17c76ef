import { performance } from "node:perf_hooks";
import type { Viewer } from "@/lib/accounts/viewer";
import { getPart, getTimeline, listSizes } from "@/lib/images/timeline";
import { addManyPictures, apartMs } from "@/lib/testing/many-pictures";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { median, ratioLine } from "./figures";

/** Many: it is less than a millisecond, and the first ones are compiled meanwhile. */
const rounds = 400;
/** What a browser asks for at once. Most of the time goes into signing the URLs of these. */
const picturesPerPart = 100;

/** What the server does for a timeline of a million pictures, or of as many as the parameter says, and for one of a thousand. */
export async function benchTimeline(parameter = ""): Promise<void> {
  const many = Number(parameter) || 1_000_000;
  const pail = await startTestPail();
  try {
    const [small, large] = [await addViewer(), await addViewer()];
    // Of as many months, which a page begins with.
    await addManyPictures(small.id, 1000, (apartMs * many) / 1000);
    const began = performance.now();
    await addManyPictures(large.id, many);
    const seconds = (performance.now() - began) / 1000;
    console.log(`${many} rows put in, with their months and their words: ${seconds.toFixed(0)} s`);

    const [ofSmall = [], ofLarge = []] = await inTurn([small, large], (viewer) =>
      getTimeline(viewer, "newest"),
    );
    console.log(
      `timeline, first page: ${median(ofSmall).toFixed(2)} ms of 1,000 pictures, ${median(ofLarge).toFixed(2)} ms of ${many}`,
    );
    console.log(ratioLine(`${many} to 1,000`, median(ofLarge) / median(ofSmall), "at most 1.2"));

    const { sections } = await getTimeline(large, "newest");
    const jumps: number[] = [];
    for (const order of ["newest", "oldest"] as const) {
      for (const { startsAt, count } of sections) {
        const asked = { order, section: startsAt ?? 0, limit: picturesPerPart };
        const offset = Math.max(count - picturesPerPart, 0);
        jumps.push(await timeOf(() => getPart(large, { ...asked, offset })));
      }
    }
    printTimes(`jump to the end of each of ${sections.length} months, server's part`, jumps, "at most 20 ms");
    const ranges: number[] = [];
    for (let from = 0; from < many; from += Math.ceil(many / 20))
      ranges.push(await timeOf(() => listSizes(large, { order: "newest", from, to: from + 9999 })));
    printTimes("ids of 10,000", ranges, "none");
  } finally {
    await pail.stop();
  }
}

async function inTurn(viewers: Viewer[], work: (viewer: Viewer) => Promise<unknown>): Promise<number[][]> {
  const times = viewers.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [index, viewer] of viewers.entries()) times[index]?.push(await timeOf(() => work(viewer)));
  return times;
}

export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export function printTimes(what: string, times: number[], mark: string): void {
  const slowest = Math.max(...times);
  console.log(`${what}: ${median(times).toFixed(1)} ms, at most ${slowest.toFixed(1)} ms (mark: ${mark})`);
}
