/** How fast it is, told by what came of late. */
const windowMs = 8000;

export class Pace {
  private readonly moments: { atMs: number; bytes: number }[] = [];
  private readonly beganMs = performance.now();

  add(bytes: number): void {
    this.moments.push({ atMs: performance.now(), bytes });
  }

  /** null until there is enough to tell by */
  perSecond(): number | null {
    const nowMs = performance.now();
    while ((this.moments[0]?.atMs ?? nowMs) < nowMs - windowMs) this.moments.shift();
    const overMs = Math.min(windowMs, nowMs - this.beganMs);
    if (overMs < 1000 || this.moments.length === 0) return null;
    return (1000 * this.moments.reduce((sum, { bytes }) => sum + bytes, 0)) / overMs;
  }
}
