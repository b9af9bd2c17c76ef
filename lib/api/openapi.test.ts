import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { openApiDocument } from "./openapi";
import { operations } from "./operations";

const api = path.join("app", "api", "v1");

/** The routes that exist, as OpenAPI writes them. */
function routes(): string[] {
  return fs
    .readdirSync(api, { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(file) === "route.ts" && !file.startsWith("openapi.json"))
    .flatMap((file) => {
      const source = fs.readFileSync(path.join(api, file), "utf8");
      const address = `/api/v1/${path.dirname(file).replaceAll(path.sep, "/")}`.replaceAll(
        /\[(\w+)\]/g,
        "{$1}",
      );
      return [...source.matchAll(/^export const (\w+) = apiRoute\(operations\.(\w+)/gm)].map(
        ([, method, operation]) => `${method} ${address} ${operation}`,
      );
    })
    .sort();
}

test("every route is in the document, and nothing else", () => {
  const { paths } = openApiDocument();
  const documented = Object.entries(paths).flatMap(([address, methods]) =>
    Object.entries(methods).map(
      ([method, { operationId }]) => `${method.toUpperCase()} ${address} ${operationId}`,
    ),
  );
  expect(documented.sort()).toEqual(routes());
  expect(documented).toHaveLength(Object.keys(operations).length);
});

test("it is complete in itself: every path parameter is described, no reference leads nowhere", () => {
  const document = openApiDocument();
  expect(JSON.stringify(document)).not.toContain("$ref");
  for (const [address, methods] of Object.entries(document.paths)) {
    for (const operation of Object.values(methods)) {
      const named = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const inPath = operation.parameters.filter(({ in: place }) => place === "path");
      expect(inPath.map(({ name }) => name)).toEqual(named);
      expect(operation.responses[200].content["application/json"].schema).toMatchObject({ type: "object" });
    }
  }
  const begin = document.paths["/api/v1/uploads"]?.post?.requestBody?.content;
  expect(begin).toMatchObject({
    "application/json": { schema: { properties: { files: { type: "array", maxItems: 100 } } } },
  });
});
