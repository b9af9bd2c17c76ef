"use client";

import type { Route } from "next";
import { usePathname, useRouter } from "next/navigation";
import { type FormEvent, type ReactNode, useTransition } from "react";

/** The field at the top of a desktop; the page of a search has its own. Without a script the browser asks for it. */
export function SearchForm({ label, children }: { label: string; children: ReactNode }) {
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  if (usePathname() === "/search") return null;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const words = String(new FormData(event.currentTarget).get("q")).trim();
    const query = words === "" ? "" : `?q=${encodeURIComponent(words)}`;
    startTransition(() => router.push(`/search${query}` as Route));
  };
  return (
    <search className="me-2 min-w-0 max-w-80 flex-1 max-md:hidden">
      <form
        action="/search"
        onSubmit={submit}
        aria-busy={isPending}
        className="relative aria-busy:motion-safe:animate-pulse"
      >
        {children}
        <input
          type="search"
          name="q"
          maxLength={200}
          aria-label={label}
          placeholder={label}
          autoComplete="off"
          enterKeyHint="search"
          className="min-h-11 w-full rounded-full border border-field bg-page ps-10 pe-4 text-sm outline-offset-0 placeholder:text-quiet"
        />
      </form>
    </search>
  );
}
