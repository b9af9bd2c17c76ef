import type { ImageWithAlbums } from "@/lib/images/contract";

/** What is known of the viewer's picture. Rejects where there is none, or no connection. */
export async function fetchDetails(id: string): Promise<ImageWithAlbums> {
  const answer = await fetch(`/images/${id}/details`);
  if (!answer.ok) throw new Error(`/images/${id}/details answered ${answer.status}`);
  return await answer.json();
}
