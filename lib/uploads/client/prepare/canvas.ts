/** For pixels that are read back at once, or soon: they had better stay out of the graphics card. */
export function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("this browser draws no canvas in a worker");
  return context;
}
