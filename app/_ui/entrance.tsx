import type { ReactNode } from "react";
import { Wordmark } from "./wordmark";

/** The quiet page that sign-in and set-up share. */
export function Entrance({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="mx-auto grid min-h-dvh max-w-sm content-center gap-8 px-6 py-12">
      <Wordmark />
      <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
      {children}
    </main>
  );
}

/** What went wrong, said where the eye is and to whoever listens. */
export function FormError({ message }: { message: string | undefined }) {
  return (
    <p role="alert" className="text-sm text-danger empty:hidden">
      {message}
    </p>
  );
}
