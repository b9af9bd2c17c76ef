import "server-only";
import { now } from "@/lib/clock";
import { metadataText } from "../metadata-text";
import { presignOpenPost } from "../post-policy";
import type { Traits } from "../stores/traits";
import { post, probeBytes, type Visit } from "./visit";

const fileName = "pail-probe 사진.txt";

/** What the form without scripts needs: that the browser comes back with its query, and that the file's name is kept. */
export async function tryWayBack(
  visit: Visit,
): Promise<Pick<Traits, "redirectKeepsQuery" | "expandsFilename">> {
  const { bucket, incoming, folder, appOrigin } = visit;
  const name = `${folder}/open-form`;
  const form = await presignOpenPost(bucket, {
    key: incoming.key(name),
    maxBytes: probeBytes.length,
    filenameMetadata: "filename",
    redirectTo: `${appOrigin}/?state=probe`,
    expiresAt: new Date(now().getTime() + 60_000),
  });
  const response = await post(visit, form, probeBytes, fileName);
  await response.body?.cancel();
  const to = response.headers.get("location");
  const stored = await incoming.metadata(name);
  return {
    // Some append a second query to the first.
    redirectKeepsQuery:
      to !== null && (new URL(to, appOrigin).searchParams.get("state") ?? "").startsWith("probe"),
    expandsFilename: metadataText(stored?.custom.filename ?? "") === fileName,
  };
}
