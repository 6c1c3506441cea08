import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import type { LineEvent, Talk } from '../../../drivers/talk.ts';
import { transfer } from '../../../drivers/units/ccid/messages.ts';
import { CcidSession } from '../../../drivers/units/ccid/session.ts';
import { gemplusCarrier } from '../../../drivers/units/ccid-gemplus/carrier.ts';
import type { GemplusEvent } from '../../../drivers/units/ccid-gemplus/framer.ts';

const HERE = { slot: 0, face: 0 };
const COMMAND = transfer(fromHex('0084000008'));

/** A unit that says the same again and again, each time after so many milliseconds. */
function unending(event: LineEvent<GemplusEvent>, ms: number) {
  let said = 0;
  const sent: Uint8Array[] = [];
  const talk: Talk<GemplusEvent> = {
    baud: 115_200,
    left: () => 1_000_000,
    send: async (bytes) => void sent.push(bytes),
    setSpeed: async () => {},
    next: async (wait) => {
      vi.advanceTimersByTime(Math.min(ms, wait));
      if (wait < ms) return { kind: 'silence' };
      said++;
      return event;
    },
  };
  return { talk, sent, said: () => said };
}

const stale = vi.fn();
const session = () => new CcidSession(gemplusCarrier(true), stale);
const message = (hex: string): GemplusEvent => ({ kind: 'frame', message: fromHex(hex) });

beforeEach(() => {
  stale.mockClear();
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

describe('a message that is not answered', () => {
  it('is waited for as long as the card asks for time, and no longer than a minute', async () => {
    const { talk, said } = unending({ kind: 'time-request', value: 0x85 }, 5_000);
    await expect(session().ask(talk, HERE, COMMAND)).rejects.toMatchObject({ code: 'unit-silent' });
    expect(said()).toBe(12);
  });

  it('is waited for through time extensions, and no longer than a minute', async () => {
    const { talk, said } = unending(message('80000000000000800500'), 5_000);
    await expect(session().ask(talk, HERE, COMMAND)).rejects.toMatchObject({ code: 'unit-silent' });
    expect(said()).toBe(12);
  });

  it('is not waited for longer because of answers to others', async () => {
    const { talk, said } = unending(message('80020000000042000000 9000'.replace(' ', '')), 1_000);
    await expect(session().ask(talk, HERE, COMMAND)).rejects.toMatchObject({ code: 'unit-silent' });
    expect(said()).toBe(10);
    expect(stale).toHaveBeenCalledTimes(10);
  });

  it('is given up when its answer stays damaged', async () => {
    const { talk, sent } = unending({ kind: 'bad-check', bytes: fromHex('03068002') }, 10);
    await expect(session().ask(talk, HERE, COMMAND)).rejects.toMatchObject({
      code: 'unit-silent',
      details: { reason: 'answer-damaged', outcome: 'unknown' },
    });
    expect(sent).toHaveLength(1 + 3);
  });

  it('is given up when its frame is never taken', async () => {
    const { talk, sent } = unending({ kind: 'nak' }, 10);
    await expect(session().ask(talk, HERE, COMMAND)).rejects.toMatchObject({
      code: 'unit-refused',
      details: { outcome: 'not-done' },
    });
    expect(sent).toHaveLength(1 + 3);
  });

  it('leaves no byte of its own behind', async () => {
    const { talk, sent } = unending({ kind: 'nak' }, 10);
    await session()
      .ask(talk, HERE, COMMAND)
      .catch(() => {});
    expect(sent.every((frame) => frame.every((byte) => byte === 0))).toBe(true);
  });
});

describe('an answer', () => {
  it.each([
    ['of a type that belongs to another command', '81000000000000000000', 0],
    ['whose length is wrong', '80050000000000000000', 1],
    ['with a reserved status', '80000000000000C00000', 7],
  ])('is refused: %s', async (_, hex) => {
    const { talk } = unending(message(hex), 0);
    await expect(session().ask(talk, HERE, COMMAND)).rejects.toMatchObject({
      code: 'answer-malformed',
      details: { outcome: 'unknown' },
    });
  });

  it('has the number of its message, which goes round after 255', async () => {
    const one = session();
    for (let sequence = 0; sequence < 258; sequence++) {
      const number = (sequence & 0xff).toString(16).padStart(2, '0');
      const { talk } = unending(message(`8100000000 00${number}010000`.replace(' ', '')), 0);
      expect((await one.ask(talk, HERE, { kind: 'slot-status' })).card).toBe('inactive');
    }
  });
});
