import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs";
import sharp from "sharp";
import { PailServer } from "@/e2e/support/pail-server";

const requests = 20_000;
const uploads = 300;
const pictures = 30;
const atOnce = 4;
const looks = 10;

/**
 * Many requests to the gallery and many uploads, while server and local bucket collect all garbage every second: a native
 * module that cannot bear that ends the process here. Prints the server's memory as it goes.
 */
export async function benchSoak(): Promise<void> {
  const collect = "--expose-gc --import=data:text/javascript,setInterval(gc,1000).unref()";
  const pail = await PailServer.start({ env: { NODE_OPTIONS: collect } });
  try {
    const user = pail.addUser();
    const secret = addToken(pail, user.id);
    await upload(pail, secret);
    pail.copyImage(user.id, pictures - 1);
    console.log(`soak on Node ${process.version}: ${requests} requests to a gallery, ${uploads} uploads`);
    let done = 0;
    const work = async () => {
      for (let n = done++; n < requests; n = done++) {
        if (n % Math.floor(requests / uploads) === 0) await upload(pail, secret);
        const page = await fetch(pail.origin, { headers: { cookie: `pail=${user.token}` } });
        await page.arrayBuffer();
        if (page.status !== 200) throw new Error(`the gallery answered ${page.status}`);
        if (n % (requests / looks) === 0) console.log(`  after ${n}: ${residentMB(pail.pid)} MB`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    const [row] = pail.query<{ n: number }>("select count(*) as n from images where length(sha256) > 9");
    console.log(
      `  after ${requests}: ${residentMB(pail.pid)} MB; ${row?.n} pictures are there; nothing ended`,
    );
  } finally {
    await pail.stop();
  }
}

const residentMB = (pid: number): number => {
  const [, kB] = /VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kB) / 1000);
};

function addToken(pail: PailServer, userId: string): string {
  const secret = `pail_${randomBytes(32).toString("base64url")}`;
  pail.query(
    "insert into tokens (id, user_id, name, hash, scopes, created_at) values (?, ?, 'soak', ?, '[\"upload\"]', ?)",
    ...[crypto.randomUUID(), userId, createHash("sha256").update(secret).digest("base64"), Date.now()],
  );
  return secret;
}

async function upload(pail: PailServer, secret: string): Promise<void> {
  const raw = { width: 320, height: 240, channels: 3 } as const;
  const picture = await sharp(randomBytes(raw.width * raw.height * raw.channels), { raw })
    .jpeg()
    .toBuffer();
  const answer = await fetch(`${pail.origin}/api/v1/images?name=soak.jpg`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "image/jpeg" },
    body: new Uint8Array(picture),
  });
  if (!answer.ok) throw new Error(`an upload was answered ${answer.status}: ${await answer.text()}`);
}
