import { fromHex } from '../../../../apdu/bytes.ts';

/** One published vector (crypto.md 13). */
export interface Vector {
  readonly id: string;
  readonly op: string;
  readonly in: Readonly<Record<string, string | number>>;
  readonly out: Readonly<Record<string, unknown>>;
}

/** Input of a vector, by the type that a handler wants. A member that is not there is a fault of the handler. */
export class Input {
  readonly #values: Vector['in'];

  constructor(values: Vector['in']) {
    this.#values = values;
  }

  has(name: string): boolean {
    return name in this.#values;
  }

  text(name: string): string {
    const value = this.#values[name];
    if (typeof value !== 'string') throw new Error(`no text ${name}`);
    return value;
  }

  bytes(name: string): Uint8Array {
    return fromHex(this.text(name));
  }

  /** A JSON number. */
  count(name: string): number {
    const value = this.#values[name];
    if (typeof value !== 'number') throw new Error(`no number ${name}`);
    return value;
  }

  /** An unsigned integer in hex. */
  integer(name: string): number {
    return Number.parseInt(this.text(name), 16);
  }

  /** `3des` or `sm4`. */
  cipher(): '3DES' | 'SM4' {
    return this.text('alg') === 'sm4' ? 'SM4' : '3DES';
  }
}

/**
 * Computes what `out` of the vector must say, all of it: bytes as `Uint8Array`, the rest as it stands in JSON. A
 * RangeError is the refusal that `error: true` asks for.
 */
export type Handler = (input: Input, vector: Vector) => Record<string, unknown>;
