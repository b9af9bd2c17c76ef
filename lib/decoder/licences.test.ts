import { readFile } from "node:fs/promises";
import createLibheif from "libheif-js/libheif-wasm/libheif-bundle.mjs";
import { expect, test } from "vitest";

const text = (file: string) => readFile(file, "utf8");

test("what is served, and README, name the libheif that it holds, and what is served bears its licence", async () => {
  const served = await text("public/licenses.txt");
  const { version } = JSON.parse(await text("node_modules/libheif-js/package.json"));
  const heif = createLibheif();
  const place = heif._de265_get_version();
  const [de265] = Buffer.from(heif.HEAPU8.subarray(place, place + 20))
    .toString()
    .split("\0", 1);
  for (const said of [served, await text("README.md")]) {
    expect(said).toContain(`libheif ${heif.heif_get_version()}`);
    expect(said).toContain(`libde265 ${de265}`);
    expect(said.replaceAll("`", "")).toContain(`libheif-js ${version}`);
  }
  expect(served).toContain(await text("node_modules/libheif-js/libheif-wasm/LICENSE"));
  expect(await text("app/(viewer)/settings/page.tsx")).toContain("/licenses.txt");
});
