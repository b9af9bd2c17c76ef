import type { ReactNode } from "react";

/** What a page says that has nothing else to show, in its middle. */
export function Notice({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="mx-auto grid min-h-[70dvh] max-w-sm content-center justify-items-start gap-4 px-6 py-12">
      <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
      {children}
    </div>
  );
}
