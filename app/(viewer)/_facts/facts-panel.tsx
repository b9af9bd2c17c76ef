"use client";

/** What is known of a picture, and what can be changed of it. */
export function FactsPanel({ id }: { id: string }) {
  return <div data-facts={id} />;
}
