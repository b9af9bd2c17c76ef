import { sha256 } from "@/lib/uploads/client/prepare/digests";
import type { PostForm } from "@/lib/uploads/contract";
import { contend } from "./contend";

/** As many as Chromium has connections to a host. */
const atOnce = 6;

contend({
  "plain POST": (files) => sendAll(files, () => Promise.resolve()),
  /** What it costs to know a file before it is sent. */
  "plain POST of files read and hashed": (files) => sendAll(files, sha256),
});

async function sendAll(files: File[], before: (file: File) => Promise<unknown>): Promise<void> {
  const body = JSON.stringify({ method: "POST", count: files.length });
  const response = await fetch("/sign", { method: "POST", body });
  const forms: PostForm[] = await response.json();
  const queue = files.entries();
  const work = async () => {
    for (const [index, file] of queue) {
      await before(file);
      await post(forms[index] as PostForm, file);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

function post({ url, fields }: PostForm, file: File): Promise<void> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.addEventListener("loadend", () =>
      request.status === 204 ? resolve() : reject(new Error(`the bucket answered ${request.status}`)),
    );
    request.open("POST", url);
    request.send(body);
  });
}
