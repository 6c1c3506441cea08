import { readFileSync } from 'node:fs';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { Port, PortListener, PortSettings, Ports } from '../../../drivers/port.ts';

/** One step of a script: what the host has to do, or what the unit does. */
type Step =
  | { readonly kind: 'host'; readonly bytes: Uint8Array }
  | { readonly kind: 'unit'; readonly pieces: readonly Uint8Array[] }
  | { readonly kind: 'speed'; readonly baud: number }
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'lost' };

/** A golden exchange in `fixtures/golden/units/`. */
export const goldenExchange = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/golden/units/${name}.exchange`, import.meta.url), 'utf8');

/**
 * A unit that plays a script on a port. Lines of it (blanks inside hex are allowed, `#` begins a comment):
 * - `> F2 00 …`  what the host has to send now, in any pieces
 * - `< 06 | F2 …`  what comes back; `|` cuts it into pieces
 * - `speed 115200`  what the host has to set its side to
 * - `pause 301`  milliseconds before the next step
 * - `lost`  the plug is pulled
 *
 * A host that does anything else is told `SCRIPT` by an error, and `rest` says where it stood.
 */
export class ScriptedPort implements Ports, Port {
  readonly scheme = 'script';
  readonly name = 'script';
  /** What the port was opened with. */
  settings: PortSettings | undefined;
  baud: number | undefined;
  /** Anything the host did that the script does not have. */
  readonly wrong: string[] = [];
  readonly #steps: Step[];
  #heard = new Uint8Array(0);
  #listener: PortListener | undefined;
  #playing = false;

  constructor(script: string) {
    this.#steps = script.split('\n').flatMap(readStep);
  }

  /** Steps that have not happened, as text; empty: the whole script was played, and nothing else. */
  get rest(): readonly string[] {
    return [...this.wrong, ...this.#steps.map(tell)];
  }

  async list() {
    return [];
  }

  async open(_name: string, settings: PortSettings, listener: PortListener): Promise<Port> {
    this.settings = settings;
    this.baud = settings.baud;
    this.#listener = listener;
    void this.#play();
    return this;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const [step] = this.#steps;
    this.#heard = Uint8Array.from([...this.#heard, ...bytes]);
    if (step?.kind !== 'host' || !starts(step.bytes, this.#heard)) this.#fail(`> ${toHex(this.#heard)}`);
    else if (step.bytes.length === this.#heard.length) {
      this.#heard = new Uint8Array(0);
      this.#steps.shift();
      void this.#play();
    }
  }

  async setSpeed(baud: number): Promise<void> {
    const [step] = this.#steps;
    if (step?.kind !== 'speed' || step.baud !== baud) this.#fail(`speed ${baud}`);
    this.baud = baud;
    this.#steps.shift();
    void this.#play();
  }

  async discardInput(): Promise<void> {}

  async close(): Promise<void> {
    this.#listener = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #fail(what: string): never {
    const [step] = this.#steps;
    this.wrong.push(`${what} where the script has ${step === undefined ? 'nothing' : tell(step)}`);
    throw new SscardError('SCRIPT', this.wrong.at(-1) ?? '');
  }

  /** What the unit does before the host's turn comes. */
  async #play(): Promise<void> {
    if (this.#playing) return;
    this.#playing = true;
    for (let step = this.#steps[0]; step && step.kind !== 'host' && step.kind !== 'speed'; step = this.#steps[0]) {
      // Never in the same turn as what the host does.
      await new Promise((resolve) => setTimeout(resolve, step?.kind === 'pause' ? step.ms : 0));
      this.#steps.shift();
      if (step.kind === 'unit') for (const piece of step.pieces) this.#listener?.received(piece.slice());
      if (step.kind === 'lost') this.#listener?.lost(new Error('EIO'));
    }
    this.#playing = false;
  }
}

function readStep(line: string): Step[] {
  const [, act = '', rest = ''] = /^\s*(\S*)\s*(.*)$/.exec(line.replace(/#.*$/, '')) ?? [];
  if (act === '') return [];
  if (act === '>') return [{ kind: 'host', bytes: fromHex(rest.trim()) }];
  if (act === '<') return [{ kind: 'unit', pieces: rest.split('|').map((piece) => fromHex(piece.trim())) }];
  if (act === 'speed') return [{ kind: 'speed', baud: Number(rest) }];
  if (act === 'pause') return [{ kind: 'pause', ms: Number(rest) }];
  if (act === 'lost') return [{ kind: 'lost' }];
  throw new RangeError(`no such step: ${line}`);
}

function tell(step: Step): string {
  if (step.kind === 'host') return `> ${toHex(step.bytes)}`;
  if (step.kind === 'unit') return `< ${step.pieces.map(toHex).join(' | ')}`;
  if (step.kind === 'speed') return `speed ${step.baud}`;
  return step.kind === 'pause' ? `pause ${step.ms}` : 'lost';
}

function starts(whole: Uint8Array, begin: Uint8Array): boolean {
  return begin.length <= whole.length && begin.every((byte, at) => byte === whole[at]);
}
