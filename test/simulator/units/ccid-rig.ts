import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { SscardError } from '../../../apdu/errors.ts';
import type { Protocol, Waiting } from '../../../drivers/reader.ts';
import { unitProtocol } from '../../../drivers/units/protocols.ts';
import type { Unit } from '../../../drivers/units/unit.ts';
import { memoryPorts } from '../../../src/simulator/wire/memory.ts';
import type { WireDevice } from '../../../src/simulator/wire/wire.ts';

export const BOTH: readonly Protocol[] = ['T=0', 'T=1'];
export const RANDOM = '11223344556677889000';
/** Longer than anything takes here, shorter than a test. */
export const SOON: Waiting = { timeout: 300 };

/** A unit of ours at an emulated one. */
export interface Desk extends AsyncDisposable {
  readonly unit: Unit;
  /** What the unit said unasked. */
  readonly cards: (readonly [slot: number, present: boolean])[];
  readonly gone: unknown[];
  challenge(slot?: number, waiting?: Waiting): Promise<string>;
  /** Power, and the challenge: what the next holder does. */
  serve(slot?: number): Promise<string>;
  plug: ReturnType<typeof memoryPorts>;
}

export async function desk(
  protocol: string,
  device: WireDevice,
  options: Readonly<Record<string, string>> = {},
  baud?: number,
): Promise<Desk> {
  const ports = memoryPorts(device);
  const cards: Desk['cards'] = [];
  const gone: unknown[] = [];
  const listener = {
    card: (slot: number, present: boolean) => cards.push([slot, present]),
    moved: () => {},
    gone: (cause: unknown) => gone.push(cause),
  };
  const place = {
    ports,
    port: 'memory',
    options: new Map(Object.entries(options)),
    ...(baud !== undefined && { baud }),
  };
  const unit = await (await unitProtocol(protocol)).open(place, listener);
  const challenge = async (slot = 0, waiting: Waiting = {}) =>
    toHex(await unit.transmit(slot, fromHex('0084000008'), waiting));
  return {
    ...{ unit, cards, gone, challenge, plug: ports },
    async serve(slot = 0) {
      await unit.powerOn(slot, 'cold', BOTH);
      return challenge(slot);
    },
    [Symbol.asyncDispose]: () => unit[Symbol.asyncDispose](),
  };
}

/** Code and outcome of what failed. */
export function failure(work: Promise<unknown> | undefined): Promise<unknown> {
  return Promise.resolve(work).then(
    () => 'no error',
    ({ code, details }: SscardError) => [code, details.outcome],
  );
}

/** How often the card has executed a command. */
export function times(card: { readonly log: readonly string[] }, command = '0084000008'): number {
  return card.log.filter((one) => one === command).length;
}
