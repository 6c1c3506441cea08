import type { HsmAdapter, HsmOperation } from '../../../src/keys/hsm-adapter.ts';
import type { MasterKey } from '../../../src/simulator/card-file-check.ts';
import { HsmRefusal } from '../../../src/simulator/hsm-members.ts';
import { type HsmState, operations } from '../../../src/simulator/hsm-operations.ts';
import { PinKeys } from '../../../src/simulator/hsm-pin.ts';
import { Purchases } from '../../../src/simulator/hsm-purse.ts';

type Answer = Readonly<Record<string, unknown>>;

/** What becomes of the answers on their way to the terminal; it may throw what an adapter throws. */
export type Change = (operation: HsmOperation, answer: Answer) => Answer;

/** The operations of the reference server without its wire: thousands of runs need no TLS. A clock that stands still. */
export function directService(masters: readonly MasterKey[], change: Change = (_, answer) => answer): HsmAdapter {
  const now = () => new Date(2026, 2, 1, 10, 15, 0);
  const state: HsmState = { masters, pinKeys: new PinKeys(), purchases: new Purchases(), now };
  return {
    send: async ({ operation, subject, data }) => {
      try {
        const answer = operations.get(operation)?.(state, { ...subject, ...data }) ?? {};
        return { kind: 'done', value: change(operation, answer) };
      } catch (error) {
        if (error instanceof HsmRefusal && error.code === 'unknown-key')
          return { kind: 'unavailable', reason: 'no-key' };
        throw error;
      }
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
