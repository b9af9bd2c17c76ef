import type { IncomingMessage } from "node:http";
import { chunksOf } from "../wire/chunks";
import { S3Error } from "../wire/s3-error";
import { decodeUtf8, malformedForm, type PartHead } from "./form-data-head";
import { FormDataReader } from "./form-data-reader";

/** A browser's form up to the start of its file. Field names are in lower case. */
export interface PostForm {
  fields: Map<string, string>;
  /** Without folders. */
  filename: string;
  /** The file's bytes; ends only when the whole form turned out to be well-formed. */
  file: AsyncIterable<Buffer>;
}

/** S3's limit for everything before the file's first byte. */
const maxBytesBeforeFile = 20 * 1024;

/** Reads a form's fields. Resolves when its file begins. */
export async function readPostForm(http: IncomingMessage): Promise<PostForm> {
  const type = http.headers["content-type"] ?? "";
  if (!/^multipart\/form-data\s*;/i.test(type)) {
    throw new S3Error("PreconditionFailed", "Bucket POST must be of the enclosure-type multipart/form-data", {
      Condition: "Content-Type",
    });
  }
  const chunks = chunksOf(http);
  try {
    return await readToFile(new FormDataReader(type, chunks));
  } catch (error) {
    await chunks.return(undefined);
    throw error;
  }
}

async function readToFile(reader: FormDataReader): Promise<PostForm> {
  const fields = new Map<string, string>();
  // What precedes the first boundary means nothing.
  await readBeforeFile(reader);
  for (let head = await reader.head(); head; head = await reader.head()) {
    if (reader.position > maxBytesBeforeFile) throw tooMuchBeforeFile();
    if (isFile(head)) return { fields, filename: baseName(head.filename ?? ""), file: readFile(reader) };
    const { name, charset = "utf-8" } = head;
    if (!name) throw malformedForm("a field has no name");
    if (!["utf-8", "us-ascii"].includes(charset)) throw malformedForm(`the field ${name} must be UTF-8`);
    if (fields.has(name.toLowerCase())) throw malformedForm(`the field ${name} is given twice`);
    fields.set(name.toLowerCase(), decodeUtf8(await readBeforeFile(reader), `the field ${name}`));
  }
  throw oneFile("there is none");
}

async function readBeforeFile(reader: FormDataReader): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of reader.content()) {
    if (reader.position > maxBytesBeforeFile) throw tooMuchBeforeFile();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* readFile(reader: FormDataReader): AsyncGenerator<Buffer> {
  yield* reader.content();
  // As in S3, fields behind the file mean nothing.
  for (let head = await reader.head(); head; head = await reader.head()) {
    if (isFile(head)) throw oneFile("there are more");
    for await (const _ of reader.content());
  }
}

function isFile({ name }: PartHead): boolean {
  return name?.toLowerCase() === "file";
}

function baseName(filename: string): string {
  return filename.slice(Math.max(filename.lastIndexOf("/"), filename.lastIndexOf("\\")) + 1);
}

function oneFile(why: string): S3Error {
  return new S3Error("InvalidArgument", `POST requires exactly one file upload per request; ${why}.`, {
    ArgumentName: "file",
  });
}

function tooMuchBeforeFile(): S3Error {
  return new S3Error(
    "MaxPostPreDataLengthExceededError",
    `Your POST request fields preceding the upload file were too large: at most ${maxBytesBeforeFile} bytes.`,
  );
}
