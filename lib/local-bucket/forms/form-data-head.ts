import { S3Error } from "../wire/s3-error";

/** What a part of a form says about itself. */
export interface PartHead {
  name: string | undefined;
  filename: string | undefined;
  /** In lower case. */
  charset: string | undefined;
}

export function malformedForm(why: string): S3Error {
  return new S3Error(
    "MalformedPOSTRequest",
    `The body of your POST request is not well-formed multipart/form-data: ${why}.`,
  );
}

/** The boundary that a Content-Type names. */
export function readBoundary(contentType: string): string {
  const boundary = readParameters(contentType)?.get("boundary") ?? "";
  // As RFC 2046 has it. Browsers use about 40 characters.
  if (/^[\w'()+,\-./:=? ]{0,69}[\w'()+,\-./:=?]$/.test(boundary)) return boundary;
  const message = "the Content-Type's boundary must be 1 to 70 letters, digits, spaces or '()+_,-./:=?";
  throw malformedForm(`${message}, and not end in a space`);
}

/** Reads the header lines of a part. */
export function readPartHead(lines: readonly Buffer[]): PartHead {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value = ""] =
      /^([\w!#$%&'*+.^`|~-]+):([^\0\r\n]*)$/.exec(decodeUtf8(line, "a header")) ?? [];
    if (!name) throw malformedForm("a line in the head of a part is no header");
    if (headers.has(name.toLowerCase())) throw malformedForm(`a part has the header ${name} twice`);
    headers.set(name.toLowerCase(), value.trim());
  }
  const encoding = headers.get("content-transfer-encoding") ?? "binary";
  if (!/^(7bit|8bit|binary)$/i.test(encoding)) {
    throw malformedForm("the Content-Transfer-Encoding of a part must be 7bit, 8bit or binary");
  }
  const disposition = headers.get("content-disposition") ?? "form-data";
  const parameters = /^form-data\s*(;|$)/i.test(disposition) ? readParameters(disposition) : undefined;
  if (!parameters) throw malformedForm("the Content-Disposition of a part cannot be read as form-data");
  return {
    name: parameters.get("name"),
    filename: parameters.get("filename"),
    charset: /;\s*charset="?([^\s;"]+)/i.exec(headers.get("content-type") ?? "")?.[1]?.toLowerCase(),
  };
}

/** Refuses bytes that are not UTF-8. */
export function decodeUtf8(bytes: Buffer, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformedForm(`${what} is not UTF-8`);
  }
}

/** The parameters behind a header's value; undefined where they cannot be read, or one is given twice. */
function readParameters(header: string): Map<string, string> | undefined {
  const parameters = new Map<string, string>();
  const parameter = /\s*;\s*([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/sy;
  parameter.lastIndex = header.search(/\s*(;|$)/);
  while (parameter.lastIndex < header.length) {
    const [, name, quoted, token = ""] = parameter.exec(header) ?? [];
    if (!name || parameters.has(name.toLowerCase())) return undefined;
    parameters.set(name.toLowerCase(), quoted === undefined ? token : decodeName(quoted));
  }
  return parameters;
}

/** Browsers percent-encode these three in a name and nothing else; older ones escape the quote with a backslash. */
function decodeName(quoted: string): string {
  return quoted.replace(/\\"|%22|%0D|%0A/gi, (escaped) => {
    return escaped.startsWith("%") ? decodeURIComponent(escaped) : '"';
  });
}
