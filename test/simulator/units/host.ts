import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { VirtualCard } from '../../../src/simulator/readers.ts';
import { t1Card } from '../../../src/simulator/t1-card.ts';
import type { WireDevice } from '../../../src/simulator/wire/wire.ts';

/** A host that is nothing but a line: what it sends is written in the test, and what comes back is hex. */
export interface Host {
  /** What the device sends until it has nothing more to do, one string for everything. */
  say(hex: string): Promise<string>;
  /** What came since the last call. */
  heard(): string;
  /** Speeds the device went to. */
  readonly speeds: readonly number[];
}

export function plugIn(device: WireDevice): Host {
  const speeds: number[] = [];
  let came = '';
  device.attach({
    send: (bytes) => {
      came += toHex(bytes);
    },
    setSpeed: (baud) => void speeds.push(baud),
    unplug: () => {},
  });
  const heard = () => {
    const all = came;
    came = '';
    return all;
  };
  return {
    speeds,
    heard,
    async say(hex) {
      device.receive(fromHex(hex));
      await turn();
      return heard();
    },
  };
}

/** ATR of the published vectors. */
export const ATR = '3B6800000073C84000009000';
/** The same card's answer to GET CHALLENGE in them. */
export const CHALLENGE = { '0084000008': '11223344556677889000' };

/** A card that knows these commands; 6D00 for others. */
export function scripted(
  answers: Readonly<Record<string, string>> = CHALLENGE,
  atr = ATR,
): VirtualCard & { log: string[] } {
  const log: string[] = [];
  return {
    log,
    atr: fromHex(atr),
    powerOn: () => void log.push('on'),
    powerOff: () => void log.push('off'),
    reset: () => void log.push('reset'),
    process: (command) => {
      log.push(toHex(command));
      return fromHex(answers[toHex(command)] ?? '6D00');
    },
  };
}

/** ATR of the published card with T=1. */
export const T1_ATR = '3BDA18FF81B1FE751F030031F573C001600090001C';

/** A card with this ATR that speaks T=1; it is asked for whole commands. */
export function scriptedT1(answers?: Readonly<Record<string, string>>): VirtualCard & { log: string[] } {
  const inside = scripted(answers);
  const card = t1Card(inside);
  return {
    log: inside.log,
    atr: fromHex(T1_ATR),
    powerOn: () => card.powerOn(),
    powerOff: () => card.powerOff(),
    reset: () => card.reset(),
    process: (block) => card.process(block),
  };
}

/** One line of a vector file. */
export interface Vector {
  readonly id: string;
  readonly hex: string;
}

/** Bytes of every vector of a file of the reference. */
export function vectors(name: string): ReadonlyMap<string, string> {
  const url = new URL(`../../../fixtures/vectors/readers/${name}.json`, import.meta.url);
  const { vectors: all } = JSON.parse(readFileSync(url, 'utf8')) as { vectors: readonly Vector[] };
  return new Map(all.map(({ id, hex }) => [id, hex]));
}

/** XOR of all bytes, two hex digits. */
export function xor(hex: string): string {
  return toHex(Uint8Array.of(fromHex(hex).reduce((sum, byte) => sum ^ byte, 0)));
}
