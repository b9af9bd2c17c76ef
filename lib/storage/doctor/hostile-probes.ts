import "server-only";
import { now } from "@/lib/clock";
import { signGetUrl } from "../signed-url";
import { type Finding, fatal, fine, warning } from "./finding";
import { roundTripName } from "./round-trip";
import { type Form, formFor, post, probeBytes, type Visit } from "./visit";

interface Probe {
  id: string;
  /** what was tried, after “The store accepted” */
  what: string;
  attempt(): Promise<Response>;
}

/** Tries what no store may accept, each in a way of its own; one that was accepted is fatal by name. */
export async function examineDefences(visit: Visit): Promise<Finding[]> {
  const probes = [...formProbes(visit), ...urlProbes(visit)];
  const results = await Promise.all(
    probes.map(async (probe) => ({ ...probe, accepted: await isAccepted(probe) })),
  );
  const accepted = results.filter((result) => result.accepted);
  const findings = accepted.map(({ id, what }) =>
    id === "probe-checksum" ? otherBytes(what) : laxity(id, what),
  );
  const refused = probes.length - accepted.length;
  return [
    fine(
      "defences",
      `The store refused ${refused} of ${probes.length} forms and requests that it must refuse`,
    ),
    ...findings,
  ];
}

/** A store may also close the connection on what it refuses. */
async function isAccepted({ attempt }: Probe): Promise<boolean> {
  try {
    const response = await attempt();
    await response.body?.cancel();
    return response.status < 400;
  } catch (error) {
    if (error instanceof TypeError && error.cause !== undefined) return false;
    throw error;
  }
}

const laxity = (id: string, what: string): Finding =>
  fatal(id, {
    what: `The store accepted ${what}`,
    why: "Whoever gets hold of a form, a URL or the bucket's address can do more than Pail allowed.",
    mend: /unsigned/.test(what)
      ? "Take back public access: “npm run manage -- bucket setup”, or in the console: the bucket, Permissions."
      : "Do not use this store: it does not enforce what was signed.",
  });

const otherBytes = (what: string): Finding =>
  warning("probe-checksum", {
    what: `The store accepted ${what}`,
    why: "It does not compare the SHA-256; the server does so before a picture is recorded.",
    mend: "Nothing needs to be done; a store with checksums finds a broken upload sooner.",
  });

function formProbes(visit: Visit): Probe[] {
  const shorter = probeBytes.subarray(1);
  const flipped = Buffer.from(probeBytes);
  flipped[0] = 0;
  const longer = Buffer.concat([probeBytes, probeBytes]);
  const past = new Date(now().getTime() - 60_000);
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
      attempt: withFields({ key: elsewhere }),
    },
    { id: "probe-larger", what: "more bytes than the form allows", attempt: withBytes(longer) },
    { id: "probe-smaller", what: "fewer bytes than the form allows", attempt: withBytes(shorter) },
    {
      id: "probe-checksum",
      what: "other bytes than those whose SHA-256 was signed",
      attempt: withBytes(flipped),
    },
    {
      id: "probe-type",
      what: "a form with another Content-Type",
      attempt: withFields({ "Content-Type": "text/html" }),
    },
    {
      id: "probe-extra-field",
      what: "a form with one more field",
      attempt: withFields({ "x-amz-meta-extra": "1" }),
    },
    {
      id: "probe-acl",
      what: "a form that makes its object public",
      attempt: withFields({ acl: "public-read" }),
    },
    {
      id: "probe-redirect",
      what: "a form that sends the browser elsewhere",
      attempt: withFields({ success_action_redirect: "https://stranger.example/" }),
    },
    {
      id: "probe-expired",
      what: "a form that has expired",
      attempt: async () => post(visit, await formFor(visit, "hostile", { expiresAt: past })),
    },
    {
      id: "probe-signature",
      what: "a form with a forged signature",
      attempt: withFields({ "x-amz-signature": "0".repeat(64) }),
    },
    {
      id: "probe-policy",
      what: "a form whose policy was rewritten",
      attempt: async () => post(visit, await withWiderPolicy(visit)),
    },
    {
      id: "probe-unsigned-form",
      what: "an unsigned form",
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

function urlProbes(visit: Visit): Probe[] {
  const { bucket, incoming, folder, signal } = visit;
  const key = incoming.key(`${folder}/${roundTripName}`);
  const plain = `${bucket.publicUrl}/${key}`;
  const send = (url: string, init: RequestInit = {}) => fetch(url, { ...init, signal, redirect: "manual" });
  const changed = async (change: (url: URL) => void) => {
    const url = new URL(await signGetUrl(bucket, key, { type: "image/x-probe" }));
    change(url);
    return await send(url.href);
  };
  return [
    { id: "probe-unsigned-read", what: "an unsigned read of an object", attempt: () => send(plain) },
    {
      id: "probe-unsigned-list",
      what: "an unsigned listing of the bucket",
      attempt: () => send(`${bucket.publicUrl}?list-type=2`),
    },
    {
      id: "probe-unsigned-write",
      what: "an unsigned write of an object",
      attempt: () => send(`${plain}-unsigned`, { method: "PUT", body: "x" }),
    },
    {
      id: "probe-unsigned-delete",
      what: "an unsigned deletion of an object",
      attempt: () => send(`${plain}-unsigned`, { method: "DELETE" }),
    },
    {
      id: "probe-url-key",
      what: "a signed URL with another key",
      attempt: () =>
        changed((url) => {
          url.pathname += "-other";
        }),
    },
    {
      id: "probe-url-type",
      what: "a signed URL with another Content-Type",
      attempt: () => changed((url) => url.searchParams.set("response-content-type", "text/html")),
    },
    {
      id: "probe-url-expired",
      what: "a signed URL whose time was stretched",
      attempt: () => changed((url) => url.searchParams.set("X-Amz-Expires", "604800")),
    },
    {
      id: "probe-url-method",
      what: "a write by a URL that was signed for reading",
      attempt: async () => send(await signGetUrl(bucket, key, {}), { method: "PUT", body: "x" }),
    },
  ];
}
