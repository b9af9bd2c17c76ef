import { z } from "zod";
import { env } from "@/lib/env";
import { errorAnswer, type Operation, operations } from "./operations";

/** What the API is, for programs that read OpenAPI: made from the shapes that the routes check by. */
export function openApiDocument() {
  const paths: Record<string, Record<string, ReturnType<typeof describe>>> = {};
  for (const [name, operation] of Object.entries<Operation>(operations)) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: describe(name, operation),
    };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Pail",
      version: "1",
      description:
        "Put pictures into Pail by program: ask to send, send the form to the bucket, confirm. Tokens are made under Settings.",
    },
    servers: [{ url: env().appOrigin }],
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
  };
}

function describe(
  operationId: string,
  { summary, description, scope, path, input, body, answer }: Operation,
) {
  const isInPath = (name: string) => path.includes(`{${name}}`);
  const parameters = Object.entries<z.ZodType>(input.shape)
    .filter(([name]) => body !== "json" || isInPath(name))
    .map(([name, shape]) => ({
      name,
      in: isInPath(name) ? "path" : "query",
      required: isInPath(name),
      schema: schemaOf(shape, "input"),
    }));
  return {
    operationId,
    summary,
    description: [description, `Needs the scope “${scope}”.`].filter(Boolean).join(" "),
    parameters,
    ...(body === "json" && { requestBody: { required: true, content: json(input, "input") } }),
    ...(body === "file" && { requestBody: { required: true, content: { "application/octet-stream": {} } } }),
    responses: {
      200: { description: "Done.", content: json(answer, "output") },
      default: { description: "Refused, and why.", content: json(errorAnswer, "output") },
    },
  };
}

const json = (shape: z.ZodType, io: "input" | "output") => ({
  "application/json": { schema: schemaOf(shape, io) },
});

function schemaOf(shape: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io });
  return schema;
}
