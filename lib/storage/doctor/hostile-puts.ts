import "server-only";
import { now } from "@/lib/clock";
import type { PutGrant, PutRequest } from "../signed-put";
import { bytesProbe, type Probe } from "./probe";
import { otherBytes, outcomeOf, probeBytes, put, putFor, readUnsigned, type Visit } from "./visit";

/** Signed PUTs that were changed. */
export function putProbes(visit: Visit): Probe[] {
  let number = 0;
  const changed =
    (
      change: (request: PutRequest) => PutRequest,
      bytes: Buffer = probeBytes,
      grant: Partial<PutGrant> = {},
    ) =>
    async () => {
      number += 1;
      return await put(visit, change(await putFor(visit, `hostile-put-${number}`, grant)), bytes);
    };
  const withHeader = (name: string, value: string) =>
    changed(({ url, headers }) => ({ url, headers: { ...headers, [name]: value } }));
  const withUrl = (change: (url: URL) => void, grant: Partial<PutGrant> = {}) =>
    changed(
      ({ url, headers }) => {
        const other = new URL(url);
        change(other);
        return { url: other.href, headers };
      },
      probeBytes,
      grant,
    );
  const elsewhere = visit.media.key(`${visit.folder}/hostile-put`);
  const publicName = "hostile-put-public";
  return [
    {
      id: "probe-key",
      what: "a signed PUT with another key, under media/",
      hurts: "others",
      attempt: withUrl((url) => {
        const { pathname } = new URL(visit.bucket.publicUrl);
        url.pathname = `${pathname.replace(/\/$/, "")}/${elsewhere}`;
      }),
    },
    {
      id: "probe-larger",
      what: "more bytes than the PUT was signed for",
      hurts: "others",
      attempt: changed((request) => request, Buffer.concat([probeBytes, probeBytes])),
    },
    {
      id: "probe-smaller",
      what: "fewer bytes than the PUT was signed for",
      hurts: "others",
      attempt: changed((request) => request, probeBytes.subarray(1)),
    },
    {
      id: bytesProbe,
      what: "other bytes than those whose digest was signed",
      hurts: "holder",
      attempt: changed((request) => request, otherBytes),
    },
    {
      id: "probe-type",
      what: "a signed PUT with another Content-Type",
      hurts: "holder",
      attempt: withHeader("content-type", "text/html"),
    },
    {
      id: "probe-extra-header",
      what: "a signed PUT with one more header",
      hurts: "holder",
      attempt: withHeader("x-amz-meta-extra", "1"),
    },
    {
      id: "probe-cache-header",
      what: "a signed PUT with a Cache-Control of its own",
      hurts: "holder",
      attempt: withHeader("cache-control", "max-age=1"),
    },
    {
      id: "probe-acl-public",
      what: "a signed PUT that makes its object public, so that an unsigned read opens it",
      hurts: "others",
      attempt: async () => {
        const { url, headers } = await putFor(visit, publicName);
        const asPublic = { url, headers: { ...headers, "x-amz-acl": "public-read" } };
        await outcomeOf(visit, null, () => put(visit, asPublic));
        return await readUnsigned(visit, publicName);
      },
    },
    {
      id: "probe-expired",
      what: "a signed PUT that has expired",
      hurts: "others",
      attempt: withUrl(() => {}, { signedAt: minutesAgo(60), expiresAt: minutesAgo(30) }),
    },
    {
      id: "probe-stretched",
      what: "a signed PUT whose time was stretched",
      hurts: "others",
      attempt: withUrl((url) => url.searchParams.set("X-Amz-Expires", "604800")),
    },
    {
      id: "probe-signature",
      what: "a PUT with a forged signature",
      hurts: "others",
      attempt: withUrl((url) => url.searchParams.set("X-Amz-Signature", "0".repeat(64))),
    },
  ];
}

const minutesAgo = (minutes: number): Date => new Date(now().getTime() - minutes * 60_000);
