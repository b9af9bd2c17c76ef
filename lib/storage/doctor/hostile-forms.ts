import "server-only";
import { now } from "@/lib/clock";
import { bytesProbe, type Probe } from "./probe";
import {
  type Form,
  formFor,
  otherBytes,
  outcomeOf,
  post,
  probeBytes,
  readUnsigned,
  type Visit,
} from "./visit";

/** Forms that were signed, and then changed. */
export function formProbes(visit: Visit): Probe[] {
  const shorter = probeBytes.subarray(1);
  const longer = Buffer.concat([probeBytes, probeBytes]);
  // Longer ago than clocks may differ.
  const past = new Date(now().getTime() - 30 * 60_000);
  const withFields =
    (changes: Record<string, string | null>, name = "hostile") =>
    async () => {
      const { url, fields } = await formFor(visit, name);
      const changed = Object.entries({ ...fields, ...changes }).filter(
        (field): field is [string, string] => field[1] !== null,
      );
      return await post(visit, { url, fields: Object.fromEntries(changed) });
    };
  const withBytes = (bytes: Buffer) => async () => post(visit, await formFor(visit, "hostile"), bytes);
  const elsewhere = visit.media.key(`${visit.folder}/hostile`);
  return [
    {
      id: "probe-key",
      what: "a form with another key, under media/",
      hurts: "others",
      attempt: withFields({ key: elsewhere }),
    },
    {
      id: "probe-larger",
      what: "more bytes than the form allows",
      hurts: "others",
      attempt: withBytes(longer),
    },
    {
      id: "probe-smaller",
      what: "fewer bytes than the form allows",
      hurts: "others",
      attempt: withBytes(shorter),
    },
    {
      id: bytesProbe,
      what: "other bytes than those whose SHA-256 was signed",
      hurts: "holder",
      attempt: withBytes(otherBytes),
    },
    {
      id: "probe-type",
      what: "a form with another Content-Type",
      hurts: "holder",
      attempt: withFields({ "Content-Type": "text/html" }),
    },
    {
      id: "probe-extra-field",
      what: "a form with one more field",
      hurts: "holder",
      attempt: withFields({ "x-amz-meta-extra": "1" }),
    },
    {
      id: "probe-acl",
      what: "a form that makes its object public",
      hurts: "holder",
      attempt: withFields({ acl: "public-read" }),
    },
    {
      id: "probe-acl-public",
      what: "a form that makes its object public, so that an unsigned read opens it",
      hurts: "others",
      attempt: async () => {
        const name = "hostile-public";
        await outcomeOf(visit, null, withFields({ acl: "public-read" }, name));
        return await readUnsigned(visit, name);
      },
    },
    {
      id: "probe-redirect",
      what: "a form that sends the browser elsewhere",
      hurts: "holder",
      attempt: withFields({ success_action_redirect: "https://stranger.example/" }),
    },
    {
      id: "probe-expired",
      what: "a form that has expired",
      hurts: "others",
      attempt: async () => post(visit, await formFor(visit, "hostile", { expiresAt: past })),
    },
    {
      id: "probe-signature",
      what: "a form with a forged signature",
      hurts: "others",
      attempt: withFields({ "x-amz-signature": "0".repeat(64) }),
    },
    {
      id: "probe-policy",
      what: "a form whose policy was rewritten",
      hurts: "others",
      attempt: async () => post(visit, await withWiderPolicy(visit)),
    },
    {
      id: "probe-unsigned-form",
      what: "an unsigned form",
      hurts: "others",
      attempt: withFields({
        policy: null,
        "x-amz-signature": null,
        "x-amz-credential": null,
        "x-amz-algorithm": null,
        "x-amz-date": null,
      }),
    },
  ];
}

/** The signature of one policy with another policy that allows more. */
async function withWiderPolicy(visit: Visit): Promise<Form> {
  const { url, fields } = await formFor(visit, "hostile");
  const policy = JSON.parse(Buffer.from(fields.policy ?? "", "base64").toString()) as {
    conditions: unknown[];
  };
  policy.conditions = policy.conditions.filter((condition) => !Array.isArray(condition));
  return { url, fields: { ...fields, policy: Buffer.from(JSON.stringify(policy)).toString("base64") } };
}
