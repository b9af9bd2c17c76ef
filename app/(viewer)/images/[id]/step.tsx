import type { Route } from "next";
import Link from "next/link";
import type { ReactNode } from "react";
import { iconButton } from "../../../_ui/styles";

/** A way over the picture: to the one beside it, or back. */
export function Step(props: { to: Route; label: string; place: string; children: ReactNode }) {
  const { to, label, place, children } = props;
  return (
    <Link
      href={to}
      prefetch={false}
      aria-label={label}
      title={label}
      className={`absolute ${place} ${iconButton} bg-page/80 text-text shadow-sm backdrop-blur-sm`}
    >
      {children}
    </Link>
  );
}
