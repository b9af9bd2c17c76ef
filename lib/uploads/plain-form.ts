import "server-only";
import { createHmac, timingSafeEqual } from "node:crypto";
import { and, eq } from "drizzle-orm";
import { countUse } from "@/lib/accounts/rate-limit";
import type { Viewer } from "@/lib/accounts/viewer";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { insertWhere } from "@/lib/db/insert-where";
import { plainForms, uploads } from "@/lib/db/schema";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { findImagesByContent } from "@/lib/images/gallery";
import { inspect } from "@/lib/images/inspect";
import { rangesOf } from "@/lib/images/object-source";
import type { ObjectMetadata } from "@/lib/storage/get-object";
import { incoming } from "@/lib/storage/locations";
import { metadataText } from "@/lib/storage/metadata-text";
import { filenameVariable, presignOpenPost } from "@/lib/storage/post-policy";
import { recordArrived } from "./begin";
import { confirmUploads } from "./confirm";
import type { ConfirmOutcome, PostForm } from "./contract";
import { policySeconds } from "./grants";
import { hasRoomFor } from "./limits";
import { deleteIncoming, incomingName } from "./objects";
import { knowStore } from "./store";
import { findUnreserved } from "./unreserved";
import { hashObject } from "./verify";

const formRate = { max: 60, windowSeconds: 60 };
/** A large picture may still be on its way when its form expires. */
const stateSeconds = 2 * policySeconds;

/**
 * A form that works without any script: the browser posts one picture straight to the bucket, which sends it back to
 * `returnPath` with a state for `receivePlainForm`. Null where the store takes no forms, or sends nobody back with what the
 * address says. Throws AppError `rate_limited`, and `quota_full` where too many could be
 * put by forms that were given out. See "Without JavaScript" in README.md.
 */
export async function plainForm(viewer: Viewer, returnPath: `/${string}`): Promise<PostForm | null> {
  await countUse(`plain-form:${viewer.id}`, formRate);
  await knowStore();
  const { upload, redirectKeepsQuery } = incoming().bucket.traits;
  if (upload !== "post" || !redirectKeepsQuery) return null;
  const id = await recordForm(viewer);
  const returnUrl = new URL(returnPath, env().appOrigin);
  returnUrl.searchParams.set("state", stateOf(viewer, id, now().getTime() + stateSeconds * 1000));
  return presignOpenPost(incoming().bucket, {
    key: incoming().key(incomingName(id, "original")),
    maxBytes: env().limits.maxBytes,
    filenameMetadata: "filename",
    redirectTo: returnUrl.href,
    expiresAt: new Date(now().getTime() + policySeconds * 1000),
  });
}

/** What can be put by a form counts until it can be put no more. */
async function recordForm(viewer: Viewer): Promise<string> {
  const { maxBytes } = env().limits;
  const expiresAt = new Date(now().getTime() + policySeconds * 1000);
  const row = { id: newId(), ownerId: viewer.id, maxBytes, expiresAt };
  const { usableBytes } = await findUnreserved(viewer.id, 0);
  // What is put by it can be more than there is room for; then it becomes no picture.
  const mayBePut = hasRoomFor(viewer.id, maxBytes, { leftBytes: -env().userQuotaBytes, usableBytes });
  const rows = await insertWhere(database(), plainForms, row, mayBePut).returning({ id: plainForms.id });
  if (rows.length === 0) throw new AppError("quota_full");
  return row.id;
}

/**
 * Makes a picture of what a plain form has put into the bucket. The same state gives the same answer again, but puts no second
 * picture: what came by a form that was used before is AppError `form_used`. Throws AppError `bad_state` for a state that is
 * not this viewer's or is over, `not_arrived`, `quota_full`, and as `inspect` does.
 */
export async function receivePlainForm(viewer: Viewer, state: string): Promise<ConfirmOutcome> {
  const id = readState(viewer, state);
  await knowStore();
  const arrived = await incoming().metadata(incomingName(id, "original"));
  const isKnown = await isRecorded(viewer, id);
  if (!isKnown) {
    const known = await record(viewer, id, arrived);
    if (known !== null) return known;
  }
  const [outcome] = await confirmUploads(viewer, [id]);
  if (outcome === undefined) throw new Error("confirm gave no outcome");
  if (isKnown && arrived !== null && outcome.status === "ready") {
    await deleteIncoming([id]);
    throw new AppError("form_used");
  }
  return outcome;
}

/** Resolves to the picture where the viewer has these bytes already. What cannot become a picture is not kept. */
async function record(
  viewer: Viewer,
  id: string,
  arrived: ObjectMetadata | null,
): Promise<ConfirmOutcome | null> {
  if (arrived === null)
    throw new AppError("not_arrived", "No picture arrived. Choose one and send it again.");
  const { bytes, etag, custom } = arrived;
  try {
    const object = incomingName(id, "original");
    const { type } = await inspect({ bytes, read: rangesOf(incoming(), object, etag) }, env().limits);
    const sha256 = arrived.sha256 ?? (await hashObject(incoming(), object, etag));
    const image = (await findImagesByContent(viewer, [sha256])).get(sha256);
    if (image === undefined) {
      const offer = { name: fileNameIn(custom), original: { type, bytes, sha256 } };
      const isMine = await recordArrived(viewer, id, offer);
      if (!isMine && !(await isRecorded(viewer, id))) throw new AppError("quota_full");
      return null;
    }
    await deleteIncoming([id]);
    return { status: "duplicate", image };
  } catch (error) {
    if (error instanceof AppError && error.status === 400) await deleteIncoming([id]);
    throw error;
  }
}

/** Empty where the store leaves the variable: see "keeps-filename-variable" in testing/stores/quirks.ts. */
const fileNameIn = ({ filename = "" }: ObjectMetadata["custom"]): string =>
  filename === filenameVariable ? "" : metadataText(filename);

async function isRecorded(viewer: Viewer, id: string): Promise<boolean> {
  const rows = await database()
    .orm.select({ id: uploads.id })
    .from(uploads)
    .where(and(eq(uploads.id, id), eq(uploads.ownerId, viewer.id)));
  return rows.length > 0;
}

/** Says which upload came back, and cannot be made by anyone else or for anyone else. */
function stateOf(viewer: Viewer, id: string, endsAtMs: number): string {
  const said = `${id}.${endsAtMs}`;
  const code = createHmac("sha256", env().authSecret).update(`plain-form ${viewer.id} ${said}`);
  return `${said}.${code.digest("base64url")}`;
}

function readState(viewer: Viewer, text: string): string {
  // See "appends-query-to-redirect" in testing/stores/quirks.ts.
  const [state = ""] = text.split("?", 1);
  const [id = "", endsAtMs = ""] = state.split(".");
  const [expected, given] = [Buffer.from(stateOf(viewer, id, Number(endsAtMs))), Buffer.from(state)];
  const isOwn = given.length === expected.length && timingSafeEqual(given, expected);
  if (isOwn && Number(endsAtMs) > now().getTime()) return id;
  throw new AppError("bad_state");
}
