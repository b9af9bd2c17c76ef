const polynomials = { crc32: 0xedb88320, crc32c: 0x82f63b78 };
const tables = new Map<number, Uint32Array>();

/** The two 32-bit CRCs that SDKs send. Node's own crc32 is missing in its older 20.x versions. */
export class Crc32 {
  readonly #table: Uint32Array;
  #register = 0xffffffff;

  constructor(variant: keyof typeof polynomials) {
    this.#table = tableOf(polynomials[variant]);
  }

  update(bytes: Uint8Array): void {
    const table = this.#table;
    let register = this.#register;
    for (let i = 0; i < bytes.length; i++) {
      register = (register >>> 8) ^ (table[(register ^ (bytes[i] as number)) & 0xff] as number);
    }
    this.#register = register;
  }

  digest(encoding: BufferEncoding): string {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE((this.#register ^ 0xffffffff) >>> 0);
    return bytes.toString(encoding);
  }
}

function tableOf(polynomial: number): Uint32Array {
  const known = tables.get(polynomial);
  if (known) return known;
  const table = new Uint32Array(256).map((_, byte) => {
    let register = byte;
    for (let bit = 0; bit < 8; bit++) register = (register >>> 1) ^ (register & 1 ? polynomial : 0);
    return register >>> 0;
  });
  tables.set(polynomial, table);
  return table;
}
