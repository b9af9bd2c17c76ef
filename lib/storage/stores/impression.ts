import "server-only";
import type { BucketClient } from "../bucket-client";
import type { Impression } from "./products";

const withinMs = 3000;
const maxAnswer = 2000;

/** What the store says to a request that nobody signed, to guess its product from. Says nothing where nobody answers in time. */
export async function impressionOf({ endpoint, host }: BucketClient): Promise<Impression> {
  try {
    const signal = AbortSignal.timeout(withinMs);
    const response = await fetch(`${endpoint}/`, { signal, redirect: "manual" });
    const answer = (await response.text()).slice(0, maxAnswer);
    return { host, server: response.headers.get("server"), answer };
  } catch (error) {
    // Nobody answers, or too late.
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    return { host, server: null, answer: "" };
  }
}
