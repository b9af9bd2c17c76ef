"use client";

import type { Route } from "next";
import Link, { useLinkStatus } from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";

interface PlaceLinkProps {
  href: Route;
  /** Its icon is shown on a phone alone, above the word. */
  children: ReactNode;
  className?: string;
}

/** A word at the top of a desktop, an icon over a word in the bar of a phone. The current place is marked. */
export function PlaceLink({ href, children, className = "" }: PlaceLinkProps) {
  const path = usePathname();
  const isWithin = href !== "/" && path.startsWith(`${href}/`);
  return (
    <Link
      href={href}
      prefetch={false}
      aria-current={path === href ? "page" : isWithin ? "true" : undefined}
      className={`bar-item sm:relative sm:px-3 ${className}`}
    >
      {children}
      <Mark />
    </Link>
  );
}

/** A tap is answered at once, however long the next page takes: its place is marked, and breathes until it is there. */
function Mark() {
  const { pending } = useLinkStatus();
  return (
    <span
      aria-hidden
      data-fill
      data-pending={pending ? "" : undefined}
      className="bar-mark data-pending:motion-safe:animate-pulse"
    />
  );
}
