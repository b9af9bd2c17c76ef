import { useEffect, useSyncExternalStore } from "react";
import { type ImageUrls, maxImagesPerUrlCall } from "@/lib/images/contract";
import { expiryOf } from "@/lib/storage/contract";

/** What is so near its end is asked for anew. */
const nearMs = 5 * 60_000;
const lookEveryMs = 30_000;
/** Those who ask meanwhile go together. */
const gatherMs = 50;
const firstPauseMs = 30_000;
/** Where the answer brought nothing new, as when this device's clock is wrong. */
const maxPauseMs = 60 * 60_000;

/** By the pictures' ids: what came since the page did. */
const fresh = new Map<string, ImageUrls>();
const listeners = new Set<() => void>();
/** What has yet to be fetched, or may be at any time: the id and the URL that must not run out. */
const watched = new Set<{ id: string; url: string }>();
const asked = new Map<string, { atMs: number; pauseMs: number }>();
let gathering: Set<string> | null = null;

/** Whether nothing comes by it any more. */
export const isOver = (url: string): boolean => (expiryOf(url) ?? Number.POSITIVE_INFINITY) < Date.now();

/** A picture's URL: the page's own, or a fresh one that lives longer. */
export function useFreshUrl(id: string, kind: keyof ImageUrls, url: string): string;
export function useFreshUrl(id: string, kind: keyof ImageUrls, url: string | null): string | null;
export function useFreshUrl(id: string, kind: keyof ImageUrls, url: string | null): string | null {
  const other = useSyncExternalStore(
    subscribe,
    () => fresh.get(id)?.[kind] ?? null,
    () => null,
  );
  if (url === null || other === null) return url;
  return (expiryOf(other) ?? 0) > (expiryOf(url) ?? 0) ? other : url;
}

/** As long as it is shown with a URL, not null, that URL is replaced before it runs out. */
export function useKeptFresh(id: string, url: string | null): void {
  useEffect(() => {
    if (url === null) return;
    const watch = { id, url };
    watched.add(watch);
    lookSoon();
    return () => {
      watched.delete(watch);
    };
  }, [id, url]);
}

/** For what has failed, or is about to. Who asks again too soon is not heard. */
export function askForFreshUrls(id: string): void {
  const { atMs, pauseMs } = asked.get(id) ?? { atMs: 0, pauseMs: 0 };
  // A clock that was set back would make it wait for ever.
  if (Math.abs(Date.now() - atMs) < pauseMs) return;
  asked.set(id, { atMs: Date.now(), pauseMs: Math.max(firstPauseMs, pauseMs) });
  if (gathering === null) {
    gathering = new Set();
    setTimeout(() => {
      const ids = [...(gathering ?? [])];
      gathering = null;
      void fetchInTurn(ids);
    }, gatherMs);
  }
  gathering.add(id);
}

/** Fresh URLs at once, for what a person has asked for; null where there are none. */
export async function fetchFreshUrls(id: string): Promise<ImageUrls | null> {
  await fetchUrls([id]);
  return fresh.get(id) ?? null;
}

/**
 * URLs of a picture that are good for a while yet: those that are known, else those that come together with all that are asked for
 * at the same time. null where there are none, as without a connection.
 *
 * @param anew whatever is known, as it has failed
 */
export function urlsOf(id: string, anew = false): Promise<ImageUrls | null> {
  const known = fresh.get(id);
  if (!anew && known !== undefined && (expiryOf(known.displayUrl) ?? 0) > Date.now() + nearMs)
    return Promise.resolve(known);
  together ??= { ids: new Set(), come: afterThis().then(fetchTogether) };
  together.ids.add(id);
  return together.come.then((came) => (came ? (fresh.get(id) ?? null) : null));
}

let together: { ids: Set<string>; come: Promise<boolean> } | null = null;

const afterThis = () => new Promise((resolve) => setTimeout(resolve));

async function fetchTogether(): Promise<boolean> {
  const ids = [...(together?.ids ?? [])];
  together = null;
  return fetchInTurn(ids);
}

/** Whether all were answered. */
async function fetchInTurn(ids: string[]): Promise<boolean> {
  let isAnswered = true;
  for (let n = 0; n < ids.length; n += maxImagesPerUrlCall)
    isAnswered = (await fetchUrls(ids.slice(n, n + maxImagesPerUrlCall))) && isAnswered;
  return isAnswered;
}

async function fetchUrls(ids: string[]): Promise<boolean> {
  const answer = await fetch("/images/urls", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(ids),
  }).catch(() => null);
  // Without a connection, or a session, it is asked again by and by.
  if (answer?.ok !== true) return false;
  const urls: Record<string, ImageUrls> = await answer.json();
  for (const id of ids) {
    const { atMs, pauseMs } = asked.get(id) ?? { atMs: 0, pauseMs: firstPauseMs };
    const isNew = urls[id] !== undefined && urls[id].thumbUrl !== fresh.get(id)?.thumbUrl;
    asked.set(id, { atMs, pauseMs: isNew ? firstPauseMs : Math.min(maxPauseMs, 2 * pauseMs) });
    if (urls[id] !== undefined) fresh.set(id, urls[id]);
  }
  for (const listener of listeners) listener();
  return true;
}

function look(): void {
  if (document.visibilityState === "hidden") return;
  const soonMs = Date.now() + nearMs;
  for (const { id, url } of watched) if ((expiryOf(url) ?? soonMs) < soonMs) askForFreshUrls(id);
}

let isLookDue = false;

/** Of a page's pictures each says that it is there. */
function lookSoon(): void {
  if (isLookDue) return;
  isLookDue = true;
  setTimeout(() => {
    isLookDue = false;
    look();
  });
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) start();
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) stop();
  };
}

let timer: ReturnType<typeof setInterval> | undefined;

function start(): void {
  timer = setInterval(look, lookEveryMs);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
}

function stop(): void {
  clearInterval(timer);
  document.removeEventListener("visibilitychange", look);
  window.removeEventListener("online", look);
}
