// Served by app/worker.js/route.ts, which puts `build` before it; nothing bundles it. What it may keep, and what never, is said under
// “The service worker” in app/README.md.
/* global build */

const cacheName = `pail-shell-${build}`;
const offlinePage = "/offline";
/** Held by a page whose download passes through this worker: then the next build's waits. */
const downloadLock = "pail-download";
/** A download of whose page nothing is heard for so long has lost it. A hidden page is let run once a minute. */
const silenceMs = 180_000;
const keepAwakeMs = 25_000;
/** What a page has said last is heard before it counts as gone. */
const lastWordsMs = 1000;
const maxKeptMs = 30 * 24 * 60 * 60_000;

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

async function install() {
  const cache = await caches.open(cacheName);
  await cache.add(new Request(offlinePage, { cache: "reload" }));
  const { held } = await navigator.locks.query();
  if (!held.some(({ name }) => name === downloadLock)) await self.skipWaiting();
}

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

async function activate() {
  // Firefox never says that what it has begun to load beforehand fails, and WebKit's network process dies of what comes once the
  // answer has become a download. Earlier builds had it.
  await self.registration.navigationPreload?.disable();
  await deleteCaches((name) => name !== cacheName);
}

async function deleteCaches(isOver) {
  const names = (await caches.keys()).filter((name) => name.startsWith("pail-") && isOver(name));
  await Promise.all(names.map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // The bucket's URLs are secrets, and its pictures the browser's own cache keeps.
  if (url.origin !== self.location.origin) return;
  if (request.method === "POST" && url.pathname === "/share") return event.respondWith(takeShared(request));
  if (request.method !== "GET") return;
  if (url.pathname === "/sign-in") event.waitUntil(forgetAssets());
  // There is one stream: whoever asked again would get its rest, and take that for the whole.
  if (downloads.get(url.pathname)?.isTaken === false) return event.respondWith(answerDownload(url.pathname));
  // Workers share a script and are told by the fragment of its address what they are, which a kept answer would have of the first one.
  if (url.pathname.startsWith("/_next/static/") && request.destination !== "worker")
    return event.respondWith(assetOf(event));
  if (request.mode === "navigate") event.respondWith(pageOf(request));
});

async function pageOf(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const page = await caches.match(offlinePage, { cacheName });
    if (page === undefined) throw error;
    return page;
  }
}

/** An asset's name says what is in it; in development it does not, and there the answer does not say that it is for ever. */
async function assetOf(event) {
  const { request } = event;
  const known = await caches.match(request, { cacheName });
  if (known !== undefined && !request.headers.has("range")) return known;
  const answer = await fetch(request);
  const isForEver = answer.headers.get("cache-control")?.includes("immutable") ?? false;
  if (answer.status === 200 && answer.type === "basic" && isForEver) {
    const copy = answer.clone();
    event.waitUntil(
      caches
        .open(cacheName)
        .then((cache) => cache.put(request, copy))
        .catch((error) => console.warn("an asset cannot be kept", error)),
    );
  }
  return answer;
}

/** Whoever comes to sign in has signed out: what is kept for the pages behind goes. */
async function forgetAssets() {
  const cache = await caches.open(cacheName);
  const kept = await cache.keys();
  await Promise.all(
    kept.filter(({ url }) => new URL(url).pathname !== offlinePage).map((request) => cache.delete(request)),
  );
}

// ---- Pictures from the share sheet

/** Keeps them on this device until a page of whoever is signed in takes them: see app/_uploads/shared-pictures.ts. */
async function takeShared(request) {
  try {
    const form = await request.formData();
    const files = form.getAll("pictures").filter((entry) => entry instanceof File && entry.size > 0);
    if (files.length === 0) return Response.redirect("/shared?none", 303);
    const id = `${Date.now()}-${crypto.randomUUID()}`;
    await keepShared(`shared-${id}`, files);
    return Response.redirect(`/shared?id=${id}`, 303);
  } catch (error) {
    console.warn("what was shared cannot be kept", error);
    return Response.redirect("/shared?full", 303);
  }
}

function keepShared(key, files) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("pail-chosen", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("files");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction("files", "readwrite");
      const store = transaction.objectStore("files");
      // What nobody has taken in a month nobody misses.
      store.delete(IDBKeyRange.bound("shared-", `shared-${Date.now() - maxKeptMs}`));
      store.put(files, key);
      transaction.oncomplete = () => {
        database.close();
        resolve();
      };
      transaction.onabort = () => {
        database.close();
        reject(transaction.error);
      };
    };
  });
}

// ---- Downloads that a page makes and the browser takes: see app/(viewer)/_download/worker-sink.ts

/** By their paths. */
const downloads = new Map();

self.addEventListener("message", (event) => {
  const { type, path, name } = event.data ?? {};
  if (type === "download") {
    const [port] = event.ports;
    downloads.set(path, { name, port, isTaken: false });
    port.postMessage("ready");
  }
  if (type !== "still-there") return;
  const download = downloads.get(path);
  if (download === undefined) event.source?.postMessage({ type: "download-lost", path });
  else {
    download.hear?.();
    download.port.postMessage("here");
    event.waitUntil(new Promise((resolve) => setTimeout(resolve, keepAwakeMs)));
  }
});

function answerDownload(path) {
  const download = downloads.get(path);
  download.isTaken = true;
  return new Response(streamOf(path), {
    headers: {
      "content-type": "application/zip",
      "content-disposition": `attachment; filename*=UTF-8''${encodeName(download.name)}`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

const encodeName = (name) =>
  encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);

/** Asks the page for each block when the browser has taken the one before, so that none pile up. */
function streamOf(path) {
  const download = downloads.get(path);
  const { port } = download;
  let hasCome = () => {};
  let silence;
  const over = new AbortController();
  const end = () => {
    clearTimeout(silence);
    over.abort();
    downloads.delete(path);
    hasCome();
    port.close();
  };
  return new ReadableStream(
    {
      start(controller) {
        const giveUp = () => {
          if (over.signal.aborted) return;
          controller.error(new Error("the page is gone"));
          end();
        };
        download.hear = () => {
          clearTimeout(silence);
          silence = setTimeout(giveUp, silenceMs);
        };
        download.hear();
        // Its page holds this as long as it is there. Firefox ends a worker that hears nothing before such a silence is over, and takes
        // for the whole what it has got from it.
        navigator.locks
          .request(path, { signal: over.signal }, () => setTimeout(giveUp, lastWordsMs))
          .catch((error) => console.debug("the page outlived its download", error));
        port.onmessage = ({ data }) => {
          download.hear();
          if (data === "close" || data === "abort") {
            if (data === "close") controller.close();
            else controller.error(new Error("stopped"));
            return end();
          }
          controller.enqueue(data);
          hasCome();
        };
      },
      pull() {
        port.postMessage("pull");
        return new Promise((resolve) => {
          hasCome = resolve;
        });
      },
      cancel() {
        port.postMessage("cancel");
        end();
      },
    },
    { highWaterMark: 0 },
  );
}
