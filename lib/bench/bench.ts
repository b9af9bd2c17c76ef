import { spawnSync } from "node:child_process";
import { benchGets } from "@/lib/bench/local-bucket/gets";
import { benchListing } from "@/lib/bench/local-bucket/listing";
import { benchMemory } from "@/lib/bench/local-bucket/memory";
import { benchPosts } from "@/lib/bench/local-bucket/posts";
import { benchBegin } from "./begin";
import { benchDeploy } from "./deploy";
import { benchDeployFunction } from "./deploy-function";
import { benchDownload } from "./download";
import { benchFirstView } from "./first-view";
import { benchGalleryPage } from "./gallery-page";
import { benchGalleryQuery } from "./gallery-query";
import { benchManyFiles } from "./many-files";
import { benchPut } from "./put";
import { benchRebuild } from "./rebuild";
import { benchReload } from "./reload";
import { benchSearch } from "./search";
import { benchSoak } from "./soak";
import { benchStorage } from "./storage";
import { benchTimeline } from "./timeline";
import { benchTimelinePage } from "./timeline-page";
import { benchUploads } from "./uploads";
import { benchViewer } from "./viewer";

const benches: Record<string, (parameter?: string) => Promise<void>> = {
  begin: benchBegin,
  "timeline-page": benchTimelinePage,
  viewer: benchViewer,
  query: benchGalleryQuery,
  timeline: benchTimeline,
  search: benchSearch,
  page: benchGalleryPage,
  view: benchFirstView,
  posts: benchPosts,
  gets: benchGets,
  listing: benchListing,
  memory: benchMemory,
  storage: benchStorage,
  uploads: benchUploads,
  put: benchPut,
  many: benchManyFiles,
  rebuild: benchRebuild,
  reload: benchReload,
  download: benchDownload,
  soak: benchSoak,
  "deploy-function": benchDeployFunction,
  deploy: benchDeploy,
};

// `npm run bench` measures everything, `npm run bench -- page begin` only these: each in a process of its own. What follows a colon
// is the bench's parameter.
const nameOf = (argument: string): string => argument.split(":", 1)[0] ?? "";
const parameterOf = (argument: string): string => argument.slice(nameOf(argument).length + 1);
const [first = "", ...others] = process.argv.slice(2);
const only = others.length === 0 ? benches[nameOf(first)] : undefined;
if (only !== undefined) {
  await only(parameterOf(first));
  process.exit(0);
}
const wanted = first === "" ? Object.keys(benches) : [first, ...others];
const codes = wanted.map((name) => {
  if (benches[nameOf(name)] !== undefined) return runAlone(name);
  console.error(`There is no bench “${name}”. There are: ${Object.keys(benches).join(", ")}`);
  return 2;
});
process.exit(Math.max(...codes));

function runAlone(name: string): number {
  const args = [...process.execArgv, process.argv[1] ?? "", name];
  return spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
}
