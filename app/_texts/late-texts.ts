import type { CompiledMessages } from "@/lib/texts/compiled";
import type { Namespace } from "@/lib/texts/english";
import type { AnyLanguage } from "@/lib/texts/languages";

const known = new Map<string, Promise<CompiledMessages>>();

/** The texts of a place that the page did not bring, for `MoreTexts`; fetched once. Rejects without a connection. */
export function loadTexts(language: AnyLanguage, place: Namespace): Promise<CompiledMessages> {
  const address = `/texts/${language}/${place}`;
  const messages = known.get(address) ?? fetchTexts(address);
  known.set(address, messages);
  return messages;
}

async function fetchTexts(address: string): Promise<CompiledMessages> {
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
    return await answer.json();
  } catch (error) {
    known.delete(address);
    throw error;
  }
}
