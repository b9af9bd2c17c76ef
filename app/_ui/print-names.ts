/** On paper a picture stands over its name: pages have it as the text that is read out, which nothing prints. */
export function namePicturesInPrint({ signal }: { signal: AbortSignal }): void {
  window.addEventListener(
    "beforeprint",
    () => {
      for (const image of document.querySelectorAll<HTMLImageElement>("main a img[alt]"))
        if (image.alt !== "") image.closest("a")?.setAttribute("data-name", image.alt);
    },
    { signal },
  );
}
