const growMs = 160;

/** Lets a picture grow from its tile to where it stands now. */
export function growFrom(tile: HTMLElement, frame: HTMLElement): void {
  const from = tile.getBoundingClientRect();
  const to = frame.getBoundingClientRect();
  if (to.width === 0 || from.width === 0 || from.bottom < 0 || from.top > window.innerHeight) return;
  // As the tile, it may be cut off at two sides: what counts is that the picture itself does not jump.
  const scale = Math.max(from.width / to.width, from.height / to.height);
  const [x, y] = [
    from.left + from.width / 2 - (to.left + to.width / 2),
    from.top + from.height / 2 - (to.top + to.height / 2),
  ];
  frame.animate([{ transform: `translate(${x}px, ${y}px) scale(${scale})` }, { transform: "none" }], {
    duration: growMs,
    easing: "cubic-bezier(0.2, 0, 0, 1)",
  });
}
