import "server-only";
import { signGetUrl } from "../signed-url";
import type { Probe } from "./probe";
import type { Visit } from "./visit";

/** Requests without a signature, and URLs that were signed and then changed. `name` is of an object that is there. */
export function urlProbes(visit: Visit, name: string): Probe[] {
  const { bucket, incoming, signal } = visit;
  const key = incoming.key(name);
  const plain = `${bucket.publicUrl}/${key}`;
  const send = (url: string, init: RequestInit = {}) => fetch(url, { ...init, signal, redirect: "manual" });
  const changed = async (change: (url: URL) => void) => {
    const url = new URL(await signGetUrl(bucket, key, { type: "image/x-probe" }));
    change(url);
    return await send(url.href);
  };
  return [
    {
      id: "probe-unsigned-read",
      what: "an unsigned read of an object",
      hurts: "others",
      attempt: () => send(plain),
    },
    {
      id: "probe-unsigned-list",
      what: "an unsigned listing of the bucket",
      hurts: "others",
      attempt: () => send(`${bucket.publicUrl}?list-type=2`),
    },
    {
      id: "probe-unsigned-write",
      what: "an unsigned write of an object",
      hurts: "others",
      attempt: () => send(`${plain}-unsigned`, { method: "PUT", body: "x" }),
    },
    {
      id: "probe-unsigned-delete",
      what: "an unsigned deletion of an object",
      hurts: "others",
      attempt: () => send(`${plain}-unsigned`, { method: "DELETE" }),
    },
    {
      id: "probe-url-key",
      what: "a signed URL with another key",
      hurts: "others",
      attempt: () =>
        changed((url) => {
          url.pathname += "-other";
        }),
    },
    {
      id: "probe-url-type",
      what: "a signed URL with another Content-Type",
      hurts: "others",
      attempt: () => changed((url) => url.searchParams.set("response-content-type", "text/html")),
    },
    {
      id: "probe-url-expired",
      what: "a signed URL whose time was stretched",
      hurts: "others",
      attempt: () => changed((url) => url.searchParams.set("X-Amz-Expires", "604800")),
    },
    {
      id: "probe-url-method",
      what: "a write by a URL that was signed for reading",
      hurts: "others",
      attempt: async () => send(await signGetUrl(bucket, key, {}), { method: "PUT", body: "x" }),
    },
  ];
}
