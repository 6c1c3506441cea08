import { fromHex, toHex } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';
import { T1, type T1Action, type T1Event, type T1Options } from '../../apdu/t1.ts';
import type { VirtualCard } from '../../src/simulator/readers.ts';
import { type T1CardOptions, t1Card } from '../../src/simulator/t1-card.ts';

export const ATR = '3B6800000073C84000009000';

/** A card that answers as many bytes as P1 P2 say, and remembers what reached it. */
export function counting(): VirtualCard & { readonly commands: string[] } {
  const commands: string[] = [];
  return {
    commands,
    atr: fromHex(ATR),
    powerOn: () => {},
    powerOff: () => {},
    reset: () => {},
    process: (command) => {
      commands.push(toHex(command));
      const length = ((command[2] ?? 0) << 8) | (command[3] ?? 0);
      return Uint8Array.from([...Array.from({ length }, (_, at) => at & 0xff), 0x90, 0x00]);
    },
  };
}

/** Hands a block to the card; a card that says nothing has let its time pass. */
export async function say(card: VirtualCard, block: Uint8Array): Promise<T1Event> {
  try {
    return await card.process(block);
  } catch (error) {
    if (error instanceof SscardError && error.code === 'card-mute') return 'timeout';
    throw error;
  }
}

/** The engine on one side, the card on the other. */
export async function drive<T>(
  card: VirtualCard,
  engine: Generator<T1Action, T, T1Event>,
  look: (sent: Uint8Array, heard: T1Event) => void = () => {},
): Promise<T> {
  let step = engine.next();
  while (!step.done) {
    const { block } = step.value;
    const heard = await say(card, block);
    look(block, heard);
    step = engine.next(heard);
  }
  return step.value;
}

/** A powered card with T=1, and an engine that knows of its ATR. */
export function rig(options: T1CardOptions = {}, engine: T1Options = {}) {
  const inner = counting();
  const card = t1Card(inner, options);
  card.powerOn();
  const t1 = new T1({ ifsc: options.ifsc ?? 254, edc: options.check ?? 'LRC', ...engine });
  const blocks: string[] = [];
  const look = (sent: Uint8Array, heard: T1Event) => {
    blocks.push(`> ${toHex(sent)}`, `< ${typeof heard === 'string' ? heard : toHex(heard)}`);
  };
  return {
    inner,
    card,
    t1,
    blocks,
    announce: (ifsd: number) => drive(card, t1.announceIfsd(ifsd), look),
    exchange: async (command: string) => toHex(await drive(card, t1.exchange(fromHex(command)), look)),
  };
}

/** What `act` ends with: its value, or code, reason and outcome. */
export async function ending<T>(act: Promise<T>): Promise<T | readonly (string | undefined)[]> {
  try {
    return await act;
  } catch (error) {
    if (!(error instanceof SscardError)) throw error;
    return [error.code, error.details.reason, error.details.outcome];
  }
}
