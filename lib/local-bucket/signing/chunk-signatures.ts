import type { ChunkVerifier } from "../wire/aws-chunked";
import { checkSignature, type SigningKey } from "./signature";

/** SHA-256 of nothing, which stands in every chunk's text where headers might be. */
const emptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** The signatures of an aws-chunked body: each covers its own chunk and the signature before. */
export class ChunkSignatures implements ChunkVerifier {
  readonly #key: SigningKey;
  readonly #longDate: string;
  readonly #scope: string;
  #previous: string;

  constructor(key: SigningKey, longDate: string, scope: string, seed: string) {
    this.#key = key;
    this.#longDate = longDate;
    this.#scope = scope;
    this.#previous = seed;
  }

  /** Refuses a chunk with these bytes that was not signed as the next one. */
  checkChunk(sha256Hex: string, signature: string): void {
    this.#check("AWS4-HMAC-SHA256-PAYLOAD", [emptySha256, sha256Hex], signature);
  }

  /** Refuses a trailer, given by the SHA-256 of its lines, that was not signed as the end. */
  checkTrailer(sha256Hex: string, signature: string): void {
    this.#check("AWS4-HMAC-SHA256-TRAILER", [sha256Hex], signature);
  }

  #check(algorithm: string, hashes: string[], signature: string): void {
    const text = [algorithm, this.#longDate, this.#scope, this.#previous, ...hashes].join("\n");
    checkSignature(this.#key, text, signature);
    this.#previous = signature;
  }
}
