import { benchMemory, benchPosts } from "@/lib/local-bucket/bench";
import { benchBegin } from "./begin";
import { benchGalleryPage } from "./gallery-page";
import { benchGalleryQuery } from "./gallery-query";

const benches: Record<string, () => Promise<void>> = {
  begin: benchBegin,
  query: benchGalleryQuery,
  page: benchGalleryPage,
  posts: benchPosts,
  memory: benchMemory,
};

// `npm run bench` measures everything, `npm run bench -- page begin` only these.
const wanted = process.argv.slice(2);
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length === 0 || wanted.includes(name)) await bench();
}
process.exit(0);
