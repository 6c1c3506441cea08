import type { FinancialImage, FinancialState } from './image.ts';
import type { Applet } from './session.ts';

/** Bytes that a member of the state takes in the card's memory; a log takes those of its new entry. */
const BYTES = { atc: 2, lastOnlineAtc: 2, blocked: 1, last: 2, counters: 8, balance: 6 } as const;

/** Changes state in one write: all of it or nothing, on a card that tears, too. */
export function storeState(applet: Applet, change: Partial<FinancialState>): void {
  const { state } = applet.contents.image;
  storeImage(applet, { state: { ...state, ...change } }, sizeOf(change));
}

/** @param bytes that the change takes in the card's memory */
export function storeImage({ card, contents }: Applet, change: Partial<FinancialImage>, bytes: number): void {
  card.memory.replace(bytes, () => {
    contents.image = { ...contents.image, ...change };
  });
}

/** Tries left, one byte. */
export function storeTries(applet: Applet, triesLeft: number): void {
  storeImage(applet, { pin: { ...applet.contents.image.pin, triesLeft } }, 1);
}

function sizeOf({ log, loadLog, ...members }: Partial<FinancialState>): number {
  const entries = [log, loadLog].map((entry) => (entry?.[0] ?? '').length / 2);
  const sizes = (Object.keys(members) as (keyof typeof members)[]).map((name) => BYTES[name]);
  return [...entries, ...sizes].reduce((sum, size) => sum + size, 0);
}
