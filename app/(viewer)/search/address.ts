import type { Search } from "@/lib/images/search-shape";

/** The parameters of a search, as its address has them: only what is asked for. Empty where that is nothing. */
export function parametersOf(search: Search): string {
  const asked = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
  return String(new URLSearchParams(asked.map(([name, value]) => [name, String(value)])));
}
