import { createHash, randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import { byKind, variantKinds } from "@/lib/images/variants";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { beginUploads } from "@/lib/uploads/begin";
import { type ImageOffer, maxFilesPerBegin } from "@/lib/uploads/contract";
import { median } from "./figures";

const rounds = 10;

/** A begin for a hundred pictures: one action, three forms for each. */
export async function benchBegin(): Promise<void> {
  const pail = await startTestPail();
  try {
    const times: number[] = [];
    let answerBytes = 0;
    for (let round = 0; round < rounds; round += 1) {
      const viewer = await addViewer();
      const offers = Array.from({ length: maxFilesPerBegin }, makeOffer);
      const began = performance.now();
      const outcomes = await beginUploads(viewer, offers);
      times.push(performance.now() - began);
      if (!outcomes.every(({ status }) => status === "granted")) throw new Error("a begin was refused");
      answerBytes = Buffer.byteLength(JSON.stringify(outcomes));
    }
    const perPicture = Math.round(answerBytes / maxFilesPerBegin);
    console.log(
      `begin for ${maxFilesPerBegin} pictures: one action, ${median(times).toFixed(0)} ms, ${perPicture} bytes of forms a picture`,
    );
  } finally {
    await pail.stop();
  }
}

function makeOffer(): ImageOffer {
  const sha256 = () => createHash("sha256").update(randomBytes(8)).digest("base64");
  return {
    name: "IMG_0001.jpg",
    original: { type: "image/jpeg", bytes: 3_000_000, sha256: sha256() },
    ...byKind(variantKinds, () => ({ type: "image/webp" as const, bytes: 180_000, sha256: sha256() })),
    thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI",
  };
}
