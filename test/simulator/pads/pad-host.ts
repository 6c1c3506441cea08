import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { EmulatedPad } from '../../../src/simulator/pads/pad.ts';
import type { PersonAct } from '../../../src/simulator/pads/person.ts';

/** A host that is nothing but a line. */
export interface PadHost extends Disposable {
  say(hex: string): void;
  /** All that came since the last call, as soon as it is this; fails with what came otherwise. */
  hears(hex: string): Promise<void>;
  /** What came since the last call, after some silence. */
  heard(): Promise<string>;
  /** Every byte that came so far. */
  readonly all: () => string;
}

/** Longer than a person takes for the keys of a PIN. */
const QUIET = 60;

export function plugIn(pad: EmulatedPad): PadHost {
  let came = '';
  let taken = 0;
  pad.attach({
    send: (bytes) => {
      came += toHex(bytes);
    },
    setSpeed: () => {},
    unplug: () => {},
  });
  return {
    say: (hex) => pad.receive(fromHex(hex)),
    async hears(hex) {
      await expect.poll(() => came.slice(taken), { interval: 2 }).toBe(hex);
      taken = came.length;
    },
    async heard() {
      await new Promise((resolve) => setTimeout(resolve, QUIET));
      const news = came.slice(taken);
      taken = came.length;
      return news;
    },
    all: () => came,
    [Symbol.dispose]: () => pad.detach(),
  };
}

/** One line of a golden exchange: bytes of the host, bytes of the pad, or what the person does. */
export type GoldenLine =
  | { readonly by: 'host' | 'pad'; readonly hex: string }
  | { readonly by: 'person'; readonly act: PersonAct };

export function goldenExchange(name: string): readonly GoldenLine[] {
  const url = new URL(`../../../fixtures/golden/pads/${name}.exchange`, import.meta.url);
  return readFileSync(url, 'utf8')
    .split('\n')
    .flatMap((line): readonly GoldenLine[] => {
      const [, mark, rest = ''] = /^(>|<|person) ([^#]*)/.exec(line) ?? [];
      if (mark === 'person') return [{ by: 'person', act: actOf(rest.trim()) }];
      const hex = rest.replaceAll(' ', '');
      return mark === undefined ? [] : [{ by: mark === '>' ? 'host' : 'pad', hex }];
    });
}

function actOf(text: string): PersonAct {
  const [keys = '', act] = text.split(' ');
  return act === undefined ? keys : { act: act as 'cancel', keys };
}

/** Plays the host's lines into the pad, and the person's, and compares what comes. */
export async function play(pad: EmulatedPad, lines: readonly GoldenLine[]): Promise<void> {
  using host = plugIn(pad);
  let due = '';
  for (const line of lines) {
    if (line.by === 'pad') {
      due += line.hex;
      continue;
    }
    await host.hears(due);
    due = '';
    if (line.by === 'person') pad.act(line.act);
    else host.say(line.hex);
  }
  await host.hears(due);
}
