import { z } from "zod";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { bucketClient } from "@/lib/storage/bucket-client";
import { planSetup, type SetupPlan, setUpBucket } from "@/lib/storage/setup/set-up";
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
    const origins = [...new Set([env().appOrigin, ...furtherOrigins(flags)])];
    const wishes = { ...env(), origins, expireVersions: flags["expire-versions"] === true };
    const isPlan = flags.plan === true;
    const plan = isPlan ? await planSetup(bucketClient(), wishes) : await setUpBucket(bucketClient(), wishes);
    const { changes, unsupported, refused, offers } = plan;
    const data = { changes: changes.map(({ id, what }) => ({ id, what })), unsupported, refused, offers };
    return { data, text: report(plan, isPlan), exitCode: refused.length === 0 ? 0 : 1 };
  },
};

const originShape = z.url({ protocol: /^https?$/ }).transform((value) => new URL(value).origin);

function furtherOrigins({ origin = [] }: Flags): string[] {
  const parsed = z.array(originShape).safeParse(origin);
  if (parsed.success) return parsed.data;
  throw new AppError("usage", "--origin must be an origin, like https://photos.example.org.");
}

function report({ changes, unsupported, refused, offers }: SetupPlan, isPlan: boolean): string {
  const nothing = isPlan ? "There is nothing to change." : "Nothing had to be changed.";
  const heading = isPlan ? "To be changed:" : "Changed:";
  const lines = changes.length === 0 ? [nothing] : [heading, ...changes.map(({ what }) => `  ${what}`)];
  const reasons = (listed: { what: string; why: string }[]) =>
    listed.map(({ what, why }) => `  ${what}: ${why}`);
  if (refused.length > 0) lines.push("Refused:", ...reasons(refused));
  if (unsupported.length > 0) lines.push("Not supported by this store:", ...reasons(unsupported));
  if (offers.length > 0) lines.push("To be decided:", ...offers.map((offer) => `  ${offer}`));
  return lines.join("\n");
}
