import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { VirtualCard } from '../../src/simulator/readers.ts';

const source = fileURLToPath(new URL('maker.c', import.meta.url));

/** The program of the library's process, as it was built: Node runs no TypeScript. */
export const program = fileURLToPath(new URL('../../dist/drivers/vendor/library-process.cjs', import.meta.url));

/** A folder with the libraries in it, compiled now. */
export class Workshop implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'sscard-vendor-'));

  /** @param flags for the compiler: `-DWITHOUT_STATUS` */
  build(name: string, ...flags: readonly string[]): string {
    const library = join(this.folder, name);
    execFileSync('g++', ['-x', 'c', '-shared', '-fPIC', '-Wall', '-Werror', ...flags, '-o', library, source]);
    return library;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One call of the library's. */
export interface Request {
  readonly fn: 'open' | 'close' | 'power-on' | 'power-off' | 'transmit' | 'status';
  readonly slot: number;
  readonly bytes: Uint8Array;
}

/** What the library shall do instead of what it should. */
export type Trouble =
  | { readonly does: 'crash' | 'hang' | 'exit' }
  | { readonly does: 'return'; readonly code: number; readonly bytes?: Uint8Array };

const FUNCTIONS: Readonly<Record<string, Request['fn']>> = {
  O: 'open',
  C: 'close',
  P: 'power-on',
  F: 'power-off',
  A: 'transmit',
  S: 'status',
};
const DEEDS = ['return', 'crash', 'hang', 'exit'];

/** The unit behind the library: cards in its slots, by the numbers the library has for them. */
export class MakerUnit implements AsyncDisposable {
  readonly port: string;
  readonly slots = new Map<number, VirtualCard>();
  /** Everything that was asked, in order. */
  readonly asked: Request[] = [];
  /** Looks at each call first; what it returns is done instead. */
  trouble: (request: Request) => Trouble | undefined | Promise<undefined> = () => undefined;
  readonly #server: Server;
  readonly #powered = new Set<number>();
  readonly #lines = new Set<Socket>();

  private constructor(port: string) {
    this.port = port;
    this.#server = createServer((line) => this.#serve(line));
  }

  static async listen(port: string): Promise<MakerUnit> {
    const unit = new MakerUnit(port);
    await new Promise<void>((resolve) => unit.#server.listen(port, resolve));
    return unit;
  }

  /** The commands that reached a slot. */
  commands(slot: number): Uint8Array[] {
    return this.asked.filter((one) => one.fn === 'transmit' && one.slot === slot).map(({ bytes }) => bytes);
  }

  remove(slot: number): void {
    this.slots.get(slot)?.powerOff();
    this.slots.delete(slot);
    this.#powered.delete(slot);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const line of this.#lines) line.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(line: Socket): void {
    this.#lines.add(line);
    let held = Buffer.alloc(0);
    let working = Promise.resolve();
    line.on('data', (piece) => {
      held = Buffer.concat([held, piece]);
      while (held.length >= 6 && held.length >= 6 + held.readUInt32LE(2)) {
        const end = 6 + held.readUInt32LE(2);
        const fn = FUNCTIONS[held.toString('latin1', 0, 1)] as Request['fn'];
        const request = { fn, slot: held[1] ?? 0, bytes: Uint8Array.from(held.subarray(6, end)) };
        held = held.subarray(end);
        working = working.then(async () => void line.write(await this.#reply(request)));
      }
    });
    line.on('error', () => {});
    line.once('close', () => {
      this.#lines.delete(line);
      // A unit whose line is gone takes the power from its cards.
      for (const slot of this.#powered) this.slots.get(slot)?.powerOff();
      this.#powered.clear();
    });
  }

  async #reply(request: Request): Promise<Buffer> {
    this.asked.push(request);
    const trouble = await this.trouble(request);
    if (trouble !== undefined && trouble.does !== 'return') return frame(trouble.does, 0);
    if (trouble !== undefined) return frame('return', trouble.code, trouble.bytes);
    const { fn, slot, bytes } = request;
    if (fn === 'open' || fn === 'close') return frame('return', 0);
    const card = this.slots.get(slot);
    if (card === undefined) return frame('return', -2);
    if (fn === 'status') return frame('return', this.#powered.has(slot) ? 0 : -3);
    if (fn === 'power-on') {
      card.powerOn();
      this.#powered.add(slot);
      return frame('return', card.atr.length, card.atr);
    }
    if (fn === 'power-off') {
      card.powerOff();
      this.#powered.delete(slot);
      return frame('return', 0);
    }
    if (!this.#powered.has(slot)) return frame('return', -3);
    const answer = await card.process(bytes);
    return frame('return', answer.length, answer);
  }
}

function frame(does: string, code: number, bytes: Uint8Array = new Uint8Array(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt8(DEEDS.indexOf(does));
  head.writeInt32LE(code, 1);
  head.writeUInt32LE(bytes.length, 5);
  return Buffer.concat([head, bytes]);
}
