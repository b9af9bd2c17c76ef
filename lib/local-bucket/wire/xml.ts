import { z } from "zod";
import { S3Error } from "./s3-error";

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

export type XmlValue = string | number | boolean | XmlNode | readonly (string | XmlNode)[] | undefined;
export interface XmlNode {
  readonly [element: string]: XmlValue;
}

/**
 * Writes a document. A list becomes repeated elements, undefined becomes nothing. Attributes may follow an element's name,
 * escaped.
 */
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
  return `<${name}>${inner(value)}</${name.split(" ", 1)[0]}>`;
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

const name = String.raw`(?:[a-z_\u0080-\uffff][-\w.\u0080-\uffff]*:)?[a-z_\u0080-\uffff][-\w.\u0080-\uffff]*`;
const attribute = String.raw`\s+${name}\s*=\s*(?:"[^<"]*"|'[^<']*')`;
/** Groups: the name of a start, a slash if it is empty, the name of an end, the text of a CDATA section, any other text. */
const tokens = [
  String.raw`<(${name})(?:${attribute})*\s*(/?)>`,
  String.raw`</(${name})\s*>`,
  String.raw`<!\[CDATA\[([^]*?)\]\]>`,
  String.raw`<!--[^]*?-->|<\?[^]*?\?>`,
  String.raw`([^<\u0000-\u0008\u000b\u000c\u000e-\u001f]+)`,
];
const token = new RegExp(tokens.join("|"), "giy");

/** Deeper than any document of S3's. */
const maxDepth = 16;

interface Element {
  name: string;
  parent?: Element;
  depth: number;
  text: string;
  children?: Record<string, unknown>;
}

/**
 * Reads a document with the given root into plain objects: an element that holds elements is an object, any other a
 * string, repeated ones a list. Attributes and prefixes are passed over. Anything else is MalformedXML.
 *
 * It takes time in proportion to the length, whatever the text. Document types are not read, so nothing can expand.
 */
export function fromXml(xml: string, root: string): unknown {
  const text = xml.replace(/\r\n?/g, "\n");
  let current: Element = { name: "", depth: 0, text: "" };
  let readTo = 0;
  try {
    for (const match of text.matchAll(token)) {
      const [whole, start, empty, end, cdata, characters] = match;
      if (start !== undefined) current = openElement(current, start);
      if (end !== undefined || empty) current = closeElement(current, end);
      current.text += cdata ?? decodeReferences(characters);
      readTo = match.index + whole.length;
    }
    if (readTo < text.length)
      throw new Error(`it cannot be read from '${text.slice(readTo, readTo + 20)}' on`);
    if (current.parent) throw new Error(`${current.name.slice(0, 20)} is not closed`);
    const content = contentOf(current);
    if (typeof content === "string" || Object.keys(content).join() !== root || Array.isArray(content[root])) {
      throw new Error(`its one root element must be ${root}`);
    }
    return content[root];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new S3Error(
      "MalformedXML",
      `The XML you provided was not well-formed or is not a ${root}: ${why}.`,
    );
  }
}

function openElement(parent: Element, start: string): Element {
  if (parent.depth === maxDepth) throw new Error(`it is nested deeper than ${maxDepth} elements`);
  return { name: start, parent, depth: parent.depth + 1, text: "" };
}

/** Gives an element's content to its parent, and goes on there. */
function closeElement(element: Element, end = element.name): Element {
  const { parent } = element;
  if (!parent || end !== element.name) throw new Error(`there is no ${end.slice(0, 20)} to be closed`);
  const child = element.name.slice(element.name.indexOf(":") + 1);
  const content = contentOf(element);
  parent.children ??= Object.create(null) as Record<string, unknown>;
  const known = parent.children[child];
  if (known === undefined) parent.children[child] = content;
  else if (Array.isArray(known)) known.push(content);
  else parent.children[child] = [known, content];
  return parent;
}

function contentOf({ name, text, children }: Element): string | Record<string, unknown> {
  if (!children) return text;
  if (/\S/.test(text)) throw new Error(`${name.slice(0, 20)} holds text beside elements`);
  return children;
}

const named = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

function decodeReferences(text = ""): string {
  if (!text.includes("&")) return text;
  const [first = "", ...others] = text.split("&");
  const decoded = others.map((piece) => {
    const end = piece.indexOf(";");
    return decodeReference(piece.slice(0, Math.max(end, 0))) + piece.slice(end + 1);
  });
  return first + decoded.join("");
}

function decodeReference(reference: string): string {
  const character = named.get(reference);
  if (character !== undefined) return character;
  const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(reference) ?? [];
  const point = hex ? Number.parseInt(hex, 16) : Number(decimal);
  if (!(point <= 0x10ffff) || (point >= 0xd800 && point < 0xe000)) {
    throw new Error(`'&${reference.slice(0, 20)};' is not a character`);
  }
  return String.fromCodePoint(point);
}
