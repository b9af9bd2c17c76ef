import { z } from "zod";
import { database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { bucketClient } from "@/lib/storage/bucket-client";
import { planSetup, type SetupPlan, setUpBucket } from "@/lib/storage/setup/set-up";
import { knownAfter, type Wishes } from "@/lib/storage/setup/setting";
import { examineStore, recallStore } from "@/lib/uploads/store";
import type { Command, Flags } from "./command";

export const bucketSetupCommand: Command = {
  usage:
    "[--plan] [--origin https://another.example.org]… [--expire-versions]\n  exit code 1: something was refused that Pail needs, or that the credentials may not do; what the store cannot do is none",
  options: {
    plan: { type: "boolean" },
    origin: { type: "string", multiple: true },
    "expire-versions": { type: "boolean" },
  },
  async run(flags) {
    const { appOrigin, locations } = env();
    const origins = [...new Set([appOrigin, ...furtherOrigins(flags)])];
    const wishes = { origins, locations, expireVersions: flags["expire-versions"] === true };
    const { plan, note } = flags.plan === true ? await planAsKnown(wishes) : await setUpAndKeep(wishes);
    const { changes, unsupported, refused, offers } = plan;
    const listed = changes.map(({ id, what }) => ({ id, what }));
    const data = { changes: listed, unsupported, refused, offers, ...(note !== null && { note }) };
    const text = [...report(plan, flags.plan === true), ...(note === null ? [] : [note])].join("\n");
    return { data, text, exitCode: refused.length === 0 ? 0 : 1 };
  },
};

interface Outcome {
  plan: SetupPlan;
  /** what is to be said of the database, in which is kept what the store can; null: nothing */
  note: string | null;
}

/** A plan makes no database either. */
async function planAsKnown(wishes: Wishes): Promise<Outcome> {
  const note = await noteOf(recallStore, "What is known of this store could not be read");
  return { plan: await planSetup(bucketClient(), wishes, bucketClient().traits), note };
}

/** What the store can is found out too, and kept for the app and for the next plan. */
async function setUpAndKeep(wishes: Wishes): Promise<Outcome> {
  const bucket = bucketClient();
  const plan = await setUpBucket(bucket, wishes);
  if (env().bucket.local !== null) return { plan, note: null };
  bucket.traits = { ...bucket.traits, ...knownAfter(bucket.traits, plan.found) };
  const keep = async () => {
    await migrate(database());
    await examineStore();
  };
  return { plan, note: await noteOf(keep, "What this store can was not kept") };
}

/** The bucket is set up whatever becomes of the database. */
async function noteOf(work: () => Promise<void>, failed: string): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return `${failed}: ${(error as Error).message}`;
  }
}

const originShape = z.url({ protocol: /^https?$/ }).transform((value) => new URL(value).origin);

function furtherOrigins({ origin = [] }: Flags): string[] {
  const parsed = z.array(originShape).safeParse(origin);
  if (parsed.success) return parsed.data;
  throw new AppError("usage", "--origin must be an origin, like https://photos.example.org.");
}

function report({ changes, unsupported, refused, offers }: SetupPlan, isPlan: boolean): string[] {
  const nothing = isPlan ? "There is nothing to change." : "Nothing had to be changed.";
  const heading = isPlan ? "To be changed:" : "Changed:";
  const lines = changes.length === 0 ? [nothing] : [heading, ...changes.map(({ what }) => `  ${what}`)];
  const reasons = (listed: { what: string; why: string }[]) =>
    listed.map(({ what, why }) => `  ${what}: ${why}`);
  if (refused.length > 0) lines.push("Refused:", ...reasons(refused));
  if (unsupported.length > 0) lines.push("Not supported by this store:", ...reasons(unsupported));
  if (offers.length > 0) lines.push("To be decided:", ...offers.map((offer) => `  ${offer}`));
  return lines;
}
