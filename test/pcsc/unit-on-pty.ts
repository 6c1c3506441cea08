import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PadAct } from '../../src/simulator/pin-pad.ts';
import type { GemplusModelName } from '../../src/simulator/units/gemplus-models.ts';
import type { UnitOrder } from '../../src/simulator/units/mischief.ts';

const SCRIPT = fileURLToPath(new URL('unit-on-pty.mjs', import.meta.url));

/** The unit, and what is in it. */
export interface UnitOnPtyOptions {
  readonly model: GemplusModelName;
  /** Of the card in it. */
  readonly protocol: 0 | 1;
  /** Of the card in it; no other card has this one. */
  readonly pin: string;
  /** TA1 of its answer to reset: a speed that it offers. */
  readonly speed?: number;
}

/** An emulated Gemplus unit in a process of its own, with the built-in demonstration card in it. */
export interface UnitOnPty extends AsyncDisposable {
  /** What a host opens. */
  readonly path: string;
  /** What the person at its keys does next. */
  act(...what: readonly PadAct[]): Promise<void>;
  insert(): Promise<void>;
  remove(): Promise<void>;
  misbehave(...orders: readonly UnitOrder[]): Promise<void>;
  /** Every byte that went over its line so far, hex. */
  bytes(): Promise<{ readonly fromHost: string; readonly toHost: string }>;
}

export async function unitOnPty(options: UnitOnPtyOptions): Promise<UnitOnPty> {
  const folder = mkdtempSync(join(tmpdir(), 'sscard-unit-'));
  const link = join(folder, 'line');
  const child = fork(SCRIPT, [], { execArgv: [] });
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  child.on('message', ({ id, result }: { id: number; result: unknown }) => {
    waiting.get(id)?.resolve(result);
    waiting.delete(id);
  });
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('the process of the unit ended'));
  });
  let calls = 0;
  const call = (act: string, rest: object = {}) =>
    new Promise<unknown>((resolve, reject) => {
      const id = ++calls;
      waiting.set(id, { resolve, reject });
      child.send({ id, act, ...rest });
    });
  await call('serve', { link, ...options });
  return {
    path: link,
    act: async (...what) => void (await call('act', { what })),
    insert: async () => void (await call('insert')),
    remove: async () => void (await call('remove')),
    misbehave: async (...orders) => void (await call('misbehave', { orders })),
    bytes: async () => (await call('bytes')) as { fromHost: string; toHost: string },
    async [Symbol.asyncDispose]() {
      await call('close');
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
