import type { ServerResponse } from "node:http";
import { toXml, type XmlNode } from "./xml";

export function sendXml(
  response: ServerResponse,
  status: number,
  root: string,
  content: XmlNode | string,
): void {
  sendDocument(response, status, toXml(root, content));
}

export function sendDocument(response: ServerResponse, status: number, xml: string): void {
  const body = Buffer.from(xml);
  response.writeHead(status, { "Content-Type": "application/xml", "Content-Length": body.length }).end(body);
}

export function sendEmpty(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
): void {
  const length = status === 204 ? {} : { "Content-Length": 0 };
  response.writeHead(status, { ...length, ...headers }).end();
}
