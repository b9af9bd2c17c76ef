import { z } from "zod";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { bucketClient } from "@/lib/storage/bucket-client";
import { planSetup, type SetupPlan, setUpBucket } from "@/lib/storage/setup/set-up";
import type { Command, Flags } from "./command";

export const bucketSetupCommand: Command = {
  usage: "[--plan] [--origin https://another.example.org]…",
  options: { plan: { type: "boolean" }, origin: { type: "string", multiple: true } },
  async run(flags) {
    const wishes = { ...env(), origins: [...new Set([env().appOrigin, ...furtherOrigins(flags)])] };
    const isPlan = flags.plan === true;
    const { changes, unsupported } = await (isPlan ? planSetup : setUpBucket)(bucketClient(), wishes);
    const data = { changes: changes.map(({ id, what }) => ({ id, what })), unsupported };
    return { data, text: report({ changes, unsupported }, isPlan) };
  },
};

const originShape = z.url({ protocol: /^https?$/ }).transform((value) => new URL(value).origin);

function furtherOrigins({ origin = [] }: Flags): string[] {
  const parsed = z.array(originShape).safeParse(origin);
  if (parsed.success) return parsed.data;
  throw new AppError("usage", "--origin must be an origin, like https://photos.example.org.");
}

function report({ changes, unsupported }: SetupPlan, isPlan: boolean): string {
  const nothing = isPlan ? "There is nothing to change." : "Nothing had to be changed.";
  const heading = isPlan ? "To be changed:" : "Changed:";
  const lines = changes.length === 0 ? [nothing] : [heading, ...changes.map(({ what }) => `  ${what}`)];
  if (unsupported.length > 0) {
    lines.push("Not supported by this store:", ...unsupported.map(({ what, why }) => `  ${what}: ${why}`));
  }
  return lines.join("\n");
}
