import { createRequire } from "node:module";
import path from "node:path";
import serverlessHosts from "./lib/env/serverless-hosts.json" with { type: "json" };

const everywhere = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=()" },
];

// A worker has the policy of its own script. Hashing without a secure context needs WebAssembly.
const workers = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

// The server of `npm run dev` has assets that no other server has.
const staticUrl = process.env.NODE_ENV === "production" ? process.env.STATIC_URL : "";

// Else Next looks for lock files in the folders above, which may be somebody else's, and warns.
const folderOfPackages = path.resolve(
  createRequire(import.meta.url).resolve("next/package.json"),
  "../../..",
);

// PhotoSwipe as it is minified by its makers, who may shorten its private names: 1 kB less of 17.
const smallPhotoSwipe = path.join(folderOfPackages, "node_modules/photoswipe/dist/photoswipe.esm.min.js");

// What opens a database in a file, which functions cannot, and Next's links to it: see "Drivers" in lib/db/README.md.
const fileDrivers = ["better-sqlite3", "libsql", "@libsql/linux-*", "@libsql/darwin-*", "@libsql/win32-*"];
const isForFunctions = Object.keys(serverlessHosts).some((name) => process.env[name]);
const leftOut = [
  ...fileDrivers.map((name) => `node_modules/${name}/**/*`),
  ".next/node_modules/better-sqlite3-*",
];
// Tracing comes along where the build knows that it is wanted, or the proxy alone would be a tenth larger.
const isUntraced = isForFunctions && !process.env.OTEL_EXPORTER_OTLP_ENDPOINT;

// Given by lib/commands/build.ts; `next build` alone makes one up.
const buildId = process.env.PAIL_BUILD_ID;

/** @type {import("next").NextConfig} */
export default {
  // CORS, so that fonts and modules may come from there.
  ...(staticUrl && { assetPrefix: staticUrl.replace(/\/+$/, ""), crossOrigin: "anonymous" }),
  turbopack: {
    root: folderOfPackages,
    resolveAlias: {
      "../build/polyfills/polyfill-module": "./app/no-polyfills.js",
      "./error-styles": "./app/_ui/plain-error-styles.js",
      photoswipe: `./${path.relative(import.meta.dirname, smallPhotoSwipe)}`,
    },
  },
  ...(process.env.PAIL_STANDALONE && { output: "standalone" }),
  generateBuildId: () => buildId ?? null,
  poweredByHeader: false,
  // What is to be fetched first says the HTML: signed URLs are too many and too long for headers, and a proxy may log those.
  reactMaxHeadersLength: 0,
  reactStrictMode: true,
  typedRoutes: true,
  // `npm run validate` checks the types; whoever only starts Pail need not wait for it.
  typescript: { ignoreBuildErrors: true },
  // A begin for a hundred of the largest pictures names the SHA-256 of every part.
  // Of the pages each is loaded when it is asked for: a start is shorter, and takes less memory.
  experimental: { serverActions: { bodySizeLimit: "2mb" }, preloadEntriesOnStart: false },
  // The decoder's process runs without a bundler, and finds these where they were installed: see lib/decoder/README.md.
  serverExternalPackages: ["libheif-js", "thumbhash"],
  // So is the service worker, which the browser runs as it is: see app/worker.js/route.ts.
  outputFileTracingIncludes: {
    "/**": ["./lib/decoder/process.mjs"],
    "/worker.js": ["./app/_phone/service-worker.js"],
  },
  compiler: {
    defineServer: {
      ...(buildId && { "process.env.PAIL_BUILD_ID": buildId }),
      ...(isUntraced && { "process.env.OTEL_EXPORTER_OTLP_ENDPOINT": "" }),
    },
  },
  ...(isForFunctions && { outputFileTracingExcludes: { "/**": leftOut } }),
  images: { unoptimized: true },
  // What follows a question mark may be a secret, also while one develops.
  logging: { incomingRequests: { ignore: [/\?/] } },
  headers: async () => [
    { source: "/:path*", headers: everywhere },
    { source: "/_next/static/:path*", headers: [{ key: "Content-Security-Policy", value: workers }] },
  ],
};
