/** Pail's mark: a pail, its handle up. */
export function Wordmark() {
  return (
    <span className="inline-flex items-center gap-2 text-lg font-semibold tracking-tight">
      <svg
        aria-hidden
        viewBox="0 0 24 24"
        className="size-6 text-accent"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinejoin="round"
        strokeLinecap="round"
      >
        <path d="M4 9h16l-2 11.2a1 1 0 0 1-1 .8H7a1 1 0 0 1-1-.8L4 9Z" />
        <path d="M5 9a7 7 0 0 1 14 0" />
      </svg>
      <span>Pail</span>
    </span>
  );
}
