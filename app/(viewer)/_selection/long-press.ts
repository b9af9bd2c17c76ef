/** How long a finger rests until that means something else than a tap. */
const pressMs = 400;
/** A finger is never quite still. */
const slackPx = 10;

let press: { act(): void; timer: ReturnType<typeof setTimeout>; end(): void } | null = null;
let wasLong = false;

/** Begins with a finger on something: acts where it rests there long enough, unless it scrolls, moves away or leaves. */
export function beginPress(
  { pointerType, isPrimary, clientX, clientY }: PointerEvent,
  act: () => void,
): void {
  wasLong = false;
  press?.end();
  if (pointerType === "mouse" || !isPrimary) return;
  const watching = new AbortController();
  const { signal } = watching;
  const end = () => {
    clearTimeout(press?.timer);
    watching.abort();
    press = null;
  };
  const onMove = (moved: PointerEvent) => {
    if (Math.hypot(moved.clientX - clientX, moved.clientY - clientY) > slackPx) end();
  };
  press = { act, timer: setTimeout(completePress, pressMs), end };
  window.addEventListener("pointermove", onMove, { signal });
  for (const over of ["pointerup", "pointercancel"]) window.addEventListener(over, end, { signal });
  window.addEventListener("scroll", end, { signal, capture: true });
}

/** The browser's own long press: its menu stays away, whether it comes before ours or after. */
export function onLongPressMenu(event: { preventDefault(): void }): void {
  if (press === null && !wasLong) return;
  event.preventDefault();
  if (press !== null) completePress();
}

/** Whether this click is only the end of a long press, which has had its effect. */
export function endsLongPress(): boolean {
  const ends = wasLong;
  wasLong = false;
  return ends;
}

/** Whether a finger is on something: what it drags then is the page. */
export const isPressed = (): boolean => press !== null || wasLong;

function completePress(): void {
  const act = press?.act;
  press?.end();
  wasLong = true;
  // Before a first tap the browser would only complain.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(10);
  act?.();
}
