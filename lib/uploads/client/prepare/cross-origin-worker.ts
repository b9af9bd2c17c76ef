/**
 * Starts a worker whose script may come from another origin, as it does where STATIC_URL is set: no browser starts one from
 * there, so a script of this page loads it. The bundler wants `new Worker(new URL(…))` word for word, and its loader asks
 * `location` where it came from; so for the length of the call the constructor is ours, and in the worker `location` is too. See
 * "Workers from a CDN" in lib/uploads/README.md.
 */
export function startCrossOriginWorker(start: () => Worker): Worker {
  const Native = globalThis.Worker;
  globalThis.Worker = class extends Native {
    constructor(script: string | URL, options?: WorkerOptions) {
      const url = new URL(script, location.href);
      if (url.origin === location.origin) super(url, options);
      else super(loaderOf(url), { ...options, type: "classic" });
    }
  };
  try {
    return start();
  } finally {
    globalThis.Worker = Native;
  }
}

/** The loader's URL lives as long as the page; browsers differ in when they have read it. */
function loaderOf({ href }: URL): string {
  const url = JSON.stringify(href);
  const source = `Object.defineProperty(self, "location", { value: new URL(${url}) }); importScripts(${url});`;
  return URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
}
