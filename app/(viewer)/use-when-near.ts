import { useEffect, useRef } from "react";

/** Calls back when the element comes near the screen, and again with each new callback while it is near. */
export function useWhenNear(callback: (() => void) | null) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (ref.current === null || callback === null) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && callback(), {
      rootMargin: "2400px",
    });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [callback]);
  return ref;
}
