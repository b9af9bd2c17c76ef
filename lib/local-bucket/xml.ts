import { XMLParser, XMLValidator } from "fast-xml-parser";
import { z } from "zod";
import { S3Error } from "./s3-error";

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

export type XmlValue = string | number | boolean | XmlNode | readonly (string | XmlNode)[] | undefined;
export interface XmlNode {
  readonly [element: string]: XmlValue;
}

/** Writes a document. A list becomes repeated elements, undefined becomes nothing. */
export function toXml(root: string, content: XmlNode | string, withNamespace = true): string {
  const opening = withNamespace ? `<${root} xmlns="${namespace}">` : `<${root}>`;
  return `${declaration}${opening}${inner(content)}</${root}>`;
}

function inner(value: Exclude<XmlValue, undefined>): string {
  if (typeof value !== "object") return escapeText(String(value));
  return Object.entries(value)
    .map(([name, child]) => elements(name, child))
    .join("");
}

function elements(name: string, value: XmlValue): string {
  if (value === undefined) return "";
  if (isList(value)) return value.map((item) => elements(name, item)).join("");
  return `<${name}>${inner(value)}</${name}>`;
}

function isList(value: XmlValue): value is readonly (string | XmlNode)[] {
  return Array.isArray(value);
}

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escapeText(text: string): string {
  // Control characters go as references, as S3 sends them: a bare CR would come out as LF on the other side.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[&<>"\u0000-\u001f\ufffe\uffff]/g, (c) => escapes[c] ?? `&#${c.charCodeAt(0)};`);
}

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  tagValueProcessor: (_name, text) => decodeReferences(text),
});

/** Reads a document with the given root into plain objects of strings; anything else is MalformedXML. */
export function fromXml(text: string, root: string): unknown {
  const malformed = (why: string) =>
    new S3Error("MalformedXML", `The XML you provided was not well-formed or is not a ${root}: ${why}.`);
  // Without a document type there are no entities of its own, hence nothing that could expand.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw malformed("a document type is not allowed");
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) throw malformed(verdict.err.msg);
  let document: Record<string, unknown>;
  try {
    document = parser.parse(text);
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
  if (!Object.hasOwn(document, root)) throw malformed(`the root element must be ${root}`);
  return document[root];
}

/** Reads a document with the given root and shape; anything else is MalformedXML, which names the element. */
export function readXml<T extends z.ZodType>(text: string, root: string, shape: T): z.output<T> {
  const parsed = shape.safeParse(fromXml(text, root));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const element = [root, ...(issue?.path ?? [])].join(".");
  throw new S3Error(
    "MalformedXML",
    `The XML you provided is not as expected: ${element}: ${issue?.message}.`,
  );
}

/** The shape of an element that may be repeated: one alone is read as a list of one. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(item),
  );
}

const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decodeReferences(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (name) return named[name] ?? whole;
    const point = hex ? Number.parseInt(hex, 16) : Number.parseInt(decimal, 10);
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
      throw new Error(`${whole} is not a character`);
    }
    return String.fromCodePoint(point);
  });
}
