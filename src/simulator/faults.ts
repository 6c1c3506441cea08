import { SscardError } from '../../apdu/errors.ts';
import type { VirtualCard } from './readers.ts';

/**
 * A fault on order. `command` counts the commands that reach the card, from 1.
 * - `removed-before`: the card is pulled before the command leaves; `removed-after`: after the card worked it off, before the answer.
 * - `reset`: another program resets the card; the command is not sent.
 * - `mute`: the command reaches the card, the answer never comes.
 * - `answer`: the card works the command off, and something else arrives.
 */
export type Fault =
  | { readonly kind: 'removed-before' | 'removed-after' | 'reset' | 'mute'; readonly command: number }
  | {
      readonly kind: 'answer';
      readonly command: number;
      readonly answer: Uint8Array | ((real: Uint8Array) => Uint8Array);
    };

/**
 * The same card with faults on order, over every way to reach it.
 * @example simReaders(undefined, { card: withFaults(card, [{ kind: 'removed-after', command: 3 }]) })
 */
export function withFaults(card: VirtualCard, faults: readonly Fault[]): VirtualCard {
  let count = 0;
  return {
    get atr() {
      return card.atr;
    },
    get contactlessAtr() {
      return card.contactlessAtr;
    },
    powerOn: () => card.powerOn(),
    powerOff: () => card.powerOff(),
    reset: () => card.reset(),
    process(command) {
      count++;
      const fault = faults.find((candidate) => candidate.command === count);
      if (fault === undefined) return card.process(command);
      return strike(card, fault, command);
    },
  };
}

async function strike(card: VirtualCard, fault: Fault, command: Uint8Array): Promise<Uint8Array> {
  if (fault.kind === 'removed-before') {
    card.powerOff();
    throw new SscardError('card-removed', 'pulled on order, before the command', { outcome: 'not-done' });
  }
  if (fault.kind === 'reset') {
    card.reset();
    throw new SscardError('card-reset', 'reset on order', { outcome: 'not-done' });
  }
  const real = await card.process(command);
  if (fault.kind === 'answer') return fault.answer instanceof Uint8Array ? fault.answer : fault.answer(real);
  if (fault.kind === 'mute') return new Promise(() => {});
  card.powerOff();
  throw new SscardError('card-removed', 'pulled on order, before the answer', { outcome: 'unknown' });
}
