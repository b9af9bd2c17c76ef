import type { IncomingMessage } from "node:http";
import { Busboy, type BusboyFileStream, type BusboyHeaders } from "@fastify/busboy";
import { chunksOf } from "./chunks";
import { S3Error } from "./s3-error";

/** A browser's form up to the start of its file. Field names are in lower case. */
export interface PostForm {
  fields: Map<string, string>;
  filename: string;
  /** The file's bytes; ends only when the whole form turned out to be well-formed. */
  file: AsyncIterable<Buffer>;
}

/** S3's limit for everything before the file, and ours for the number of parts. */
const maxFieldBytes = 20 * 1024;
const maxParts = 120;

/** Reads a form's fields. Resolves when its file begins. */
export function readPostForm(http: IncomingMessage): Promise<PostForm> {
  const parser = createParser(http);
  const fields = new Map<string, string>();
  let fieldBytes = 0;
  let file: BusboyFileStream | undefined;
  let failure: Error | undefined;

  return new Promise((resolve, reject) => {
    const ended = new Promise<void>((endWell) => {
      parser.once("finish", endWell);
    });
    const fail = (error: Error) => {
      failure ??= error;
      http.unpipe(parser);
      reject(failure);
      file?.destroy(failure);
      // Wakes whoever waits for the end of the form.
      parser.emit("finish");
    };

    parser.on("field", (name: string | undefined, value, nameTruncated, valueTruncated) => {
      if (file) return;
      fieldBytes += Buffer.byteLength(name ?? "") + Buffer.byteLength(value);
      if (nameTruncated || valueTruncated || fieldBytes > maxFieldBytes) return fail(tooMuchBeforeFile());
      if (!name) return fail(malformed("a field has no name"));
      if (value.includes("\ufffd")) return fail(malformed(`the field ${name} is not UTF-8`));
      const known = name.toLowerCase();
      if (fields.has(known)) return fail(malformed(`the field ${name} is given twice`));
      fields.set(known, value);
    });
    parser.on("file", (_name, stream, filename: string | undefined) => {
      file = stream;
      stream.on("error", (error: Error) => fail(error));
      resolve({ fields, filename: filename ?? "", file: readFile(stream, ended, () => failure) });
    });
    parser.on("filesLimit", () => fail(oneFile("there are more")));
    parser.on("partsLimit", () => fail(malformed(`there are more than ${maxParts} parts`)));
    parser.on("error", (error) => fail(malformed(error instanceof Error ? error.message : String(error))));
    parser.on("finish", () => {
      if (!file) reject(failure ?? oneFile("there is none"));
    });
    http.once("close", () => {
      if (!http.complete) fail(new Error("The client went away."));
    });
    http.pipe(parser);
  });
}

async function* readFile(
  file: BusboyFileStream,
  ended: Promise<void>,
  failure: () => Error | undefined,
): AsyncGenerator<Buffer> {
  try {
    yield* chunksOf(file);
  } catch (error) {
    throw failure() ?? error;
  }
  await ended;
  const error = failure();
  if (error) throw error;
}

function createParser(http: IncomingMessage): ReturnType<typeof Busboy> {
  const type = http.headers["content-type"] ?? "";
  if (!/^multipart\/form-data\s*;/i.test(type)) {
    throw new S3Error("PreconditionFailed", "Bucket POST must be of the enclosure-type multipart/form-data", {
      Condition: "Content-Type",
    });
  }
  const boundary = /;\s*boundary=(?:"([^"]*)"|([^\s;"]*))/i.exec(type);
  const length = (boundary?.[1] ?? boundary?.[2] ?? "").length;
  // RFC 2046 allows 70; browsers use about 40.
  if (length < 1 || length > 70) throw malformed("the Content-Type's boundary must have 1 to 70 characters");
  try {
    return Busboy({
      headers: http.headers as BusboyHeaders,
      isPartAFile: (name) => name?.toLowerCase() === "file",
      fileHwm: 1024 ** 2,
      limits: { fieldSize: maxFieldBytes, files: 1, parts: maxParts, headerPairs: 16, headerSize: 8 * 1024 },
    });
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
}

function malformed(why: string): S3Error {
  return new S3Error(
    "MalformedPOSTRequest",
    `The body of your POST request is not well-formed multipart/form-data: ${why}.`,
  );
}

function oneFile(why: string): S3Error {
  return new S3Error("InvalidArgument", `POST requires exactly one file upload per request; ${why}.`, {
    ArgumentName: "file",
  });
}

function tooMuchBeforeFile(): S3Error {
  return new S3Error(
    "MaxPostPreDataLengthExceededError",
    `Your POST request fields preceding the upload file were too large: at most ${maxFieldBytes} bytes.`,
  );
}
