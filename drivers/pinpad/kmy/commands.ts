import { type KmyVariant, kmyFrame } from './framer.ts';

/** Command bytes (readers.md 8.2). */
export const KMY = {
  version: 0x30,
  reset: 0x31,
  loadMaster: 0x32,
  loadWorking: 0x33,
  account: 0x34,
  start: 0x35,
  serial: 0x38,
  encipher: 0x36,
  block: 0x42,
  choose: 0x43,
  keypad: 0x45,
  algorithm: 0x46,
} as const;

/** Parameters of `45`. */
export const KEYPAD = { off: 0x01, on: 0x02, silent: 0x03 } as const;

const TRIPLE_DES = 0x30;
const STARS = 0x01;
const ISO_0 = 0x01;
const NO_PROMPT = 0x00;

/** Commands as frames, by what they are for. */
export function kmyCommands(variant: KmyVariant) {
  const frame = (command: number, ...data: readonly number[]) => kmyFrame(command, Uint8Array.from(data), variant);
  return {
    version: frame(KMY.version),
    /** 3DES for keys that are loaded, and for PIN blocks. */
    algorithms: [frame(KMY.algorithm, 0x00, TRIPLE_DES), frame(KMY.algorithm, 0x01, TRIPLE_DES)],
    loadMaster: (number: number, key: Uint8Array) => frame(KMY.loadMaster, number, ...key),
    loadWorking: (master: number, number: number, cryptogram: Uint8Array) =>
      frame(KMY.loadWorking, master, number, ...cryptogram),
    /** MACs as UnionPay has them. */
    macUnionPay: frame(KMY.algorithm, 0x06, 0x03),
    /** Self-test; keys stay. */
    reset: frame(KMY.reset),
    wipe: frame(KMY.reset, 0x38),
    serial: frame(KMY.serial),
    choose: (master: number, number: number) => frame(KMY.choose, master, number),
    keypad: (state: keyof typeof KEYPAD) => frame(KMY.keypad, KEYPAD[state]),
    /** @param digits the twelve before the check digit */
    account: (digits: string) => frame(KMY.account, ...new TextEncoder().encode(digits)),
    /** @param longest digits */
    start: (longest: number, seconds: number) => frame(KMY.start, longest, STARS, ISO_0, NO_PROMPT, seconds),
    block: frame(KMY.block),
    /** Zeros under the chosen key: its check value. */
    checkValue: frame(KMY.encipher, ...new Uint8Array(8)),
  } as const;
}

/** What a status says (readers.md 8.2). `warning`: done, and something is wrong with the pad. */
export type KmyStatus =
  | { readonly kind: 'done'; readonly warning?: 'battery' | 'master-key' }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'refused'; readonly reason: string };

const STATUS: Readonly<Record<number, KmyStatus>> = {
  4: { kind: 'done' },
  21: { kind: 'refused', reason: 'parameter' },
  128: { kind: 'timed-out' },
  164: { kind: 'done', warning: 'master-key' },
  181: { kind: 'refused', reason: 'master-key' },
  196: { kind: 'done', warning: 'battery' },
  213: { kind: 'refused', reason: 'battery' },
  224: { kind: 'refused', reason: 'unknown-command' },
};
const SELF_TEST = ['cpu', 'ram', 'short-key', 'line-level', 'cpu-card', 'battery', 'master-key', 'other'] as const;

export function kmyStatus(status: number): KmyStatus {
  const known = STATUS[status];
  if (known !== undefined) return known;
  if (status >> 4 === 0xf) return { kind: 'refused', reason: `self-test-${SELF_TEST[status & 0x0f] ?? 'other'}` };
  return { kind: 'refused', reason: `status-${status.toString(16)}` };
}
