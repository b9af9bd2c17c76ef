const callbacks = new WeakMap<Element, () => void>();
let observer: IntersectionObserver | undefined;

/** Calls back each time the element comes on the screen. Returns how to stop. One observer serves hundreds of pictures. */
export function whenSeen(element: Element, callback: () => void): () => void {
  observer ??= new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) callbacks.get(target)?.();
  });
  const seenBy = observer;
  callbacks.set(element, callback);
  seenBy.observe(element);
  return () => {
    callbacks.delete(element);
    seenBy.unobserve(element);
  };
}
