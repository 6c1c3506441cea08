import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { openCard } from '../../../src/card.ts';
import { Pin } from '../../../src/crypto/pin.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import { type Fault, withFaults } from '../../../src/simulator/faults.ts';
import { simReaders } from '../../../src/simulator/readers.ts';
import type { ProfileOverlay } from '../../../src/social/profile/profile.ts';
import { goldenImage } from '../golden-cards.ts';

/** A site that has confirmed that its cards tell their tries to an empty VERIFY. */
const TELLS: ProfileOverlay = {
  region: 'test',
  nameZh: '测试',
  appliesTo: { generations: ['1.0', '2.0', '3.0'], divisionPrefix: '' },
  pin: { statusBy: 'empty-verify' },
};

function pinOf(digits: string): Pin {
  return Pin.fromDigits(new TextEncoder().encode(digits));
}

/** A fresh golden card behind the simulated reader; `sent` are the commands that reached it. */
async function inserted(faults: readonly Fault[] = [], overlays: readonly ProfileOverlay[] = [TELLS], triesLeft = 6) {
  const image = await goldenImage('zhang-san-2.0');
  const real = new SimulatedCard({ ...image, pin: { ...image.pin, triesLeft } });
  const faulty = withFaults(real, faults);
  const sent: string[] = [];
  const card = {
    atr: real.atr,
    powerOn: () => real.powerOn(),
    powerOff: () => real.powerOff(),
    reset: () => real.reset(),
    process: (command: Uint8Array) => {
      sent.push(toHex(command));
      return faulty.process(command);
    },
  };
  const channel = await simReaders(undefined, { card }).waitForCard();
  const { social } = await openCard(channel, { overlays });
  const presented = () => sent.filter((hex) => /^(0020000003|805E0100)/.test(hex));
  return { pin: social.pin, sent, presented, image: () => real.image() };
}

/** SELECT, 03, 01, empty VERIFY. */
const BEFORE_VERIFY = 4;

describe('verify', () => {
  it('says that the PIN is right, and that it is the one the card was issued with', async () => {
    const { pin } = await inserted();
    expect(await pin.verify(pinOf('123456'))).toEqual({ kind: 'verified', initial: true });
  });

  it('shows the tries that the card stated in this answer', async () => {
    const { pin } = await inserted();
    expect(await pin.verify(pinOf('735190'))).toEqual({ kind: 'wrong', triesLeft: 5 });
    expect(await pin.verify(pinOf('735190'))).toEqual({ kind: 'wrong', triesLeft: 4 });
    expect(await pin.status()).toEqual({ state: 'usable', initial: null, triesLeft: 4, triesMax: 6 });
  });

  it('does not spend the last try unless the caller says so for this call', async () => {
    const { pin, presented } = await inserted([], [TELLS], 1);
    expect(await pin.verify(pinOf('735190'))).toEqual({ kind: 'not-sent', why: 'last-try' });
    expect(presented()).toEqual([]);
    expect(await pin.verify(pinOf('735190'), { lastTry: true })).toEqual({ kind: 'blocked' });
    expect(await pin.verify(pinOf('123456'), { lastTry: true })).toEqual({ kind: 'blocked' });
    expect(presented()).toHaveLength(1);
    expect(await pin.status()).toMatchObject({ state: 'blocked', triesLeft: 0 });
  });

  it('asks for that word, too, where nobody knows the tries', async () => {
    const { pin, sent, presented } = await inserted([], []);
    expect(await pin.verify(pinOf('123456'))).toEqual({ kind: 'not-sent', why: 'tries-unknown' });
    expect(await pin.status()).toEqual({ state: 'unknown', initial: null, triesLeft: null, triesMax: null });
    expect(sent.filter((hex) => hex.startsWith('0020'))).toEqual([]);
    expect(await pin.verify(pinOf('123456'), { lastTry: true })).toMatchObject({ kind: 'verified' });
    expect(presented()).toHaveLength(1);
  });

  it.each([
    ['', 'length'],
    ['1', 'length'],
    ['735', 'length'],
    ['735190735', 'length'],
    ['7351907351907351', 'length'],
    ['73519a', 'digits'],
    ['73519\u00ff', 'digits'],
  ])('never sends %j', async (digits, why) => {
    const { pin, presented } = await inserted();
    expect(await pin.verify(pinOf(digits))).toEqual({ kind: 'not-sent', why });
    expect(presented()).toEqual([]);
  });

  it('never sends full-width digits', async () => {
    const { pin, presented } = await inserted();
    expect(await pin.verify(pinOf('１２'))).toEqual({ kind: 'not-sent', why: 'digits' });
    expect(presented()).toEqual([]);
  });

  it('wipes the PIN, sent or not', async () => {
    const { pin } = await inserted();
    for (const digits of ['123456', '735190', '7']) {
      const bytes = new TextEncoder().encode(digits);
      await pin.verify(Pin.fromDigits(bytes));
      expect(bytes).toEqual(new Uint8Array(digits.length));
    }
  });

  it('leaves no right behind', async () => {
    const { pin, sent } = await inserted();
    await pin.verify(pinOf('123456'));
    await pin.status();
    // A card that was not reset would answer the empty VERIFY all the same; the SELECT before it shows the new act.
    expect(sent.at(-4)).toBe('00A404000F7378312E73682EC9E7BBE1B1A3D5CF');
  });
});

describe('a lost answer', () => {
  it.each(['removed-after', 'mute'] as const)('to VERIFY (%s) is unknown, and nothing is sent again', async (kind) => {
    const { pin, presented } = await inserted([{ kind, command: BEFORE_VERIFY + 1 }]);
    const code = kind === 'mute' ? 'card-mute' : 'card-removed';
    expect(await pin.verify(pinOf('735190'), { timeout: 200 })).toEqual({ kind: 'unknown', code });
    expect(presented()).toHaveLength(1);
  });

  it('to VERIFY, cancelled meanwhile, is unknown', async () => {
    const { pin, presented } = await inserted([{ kind: 'mute', command: BEFORE_VERIFY + 1 }]);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    expect(await pin.verify(pinOf('735190'), { signal: stop.signal })).toEqual({ kind: 'unknown', code: 'cancelled' });
    expect(presented()).toHaveLength(1);
  });

  it('before the PIN left is an error, and no try is spent', async () => {
    const { pin, image } = await inserted([{ kind: 'removed-before', command: BEFORE_VERIFY + 1 }]);
    await expect(pin.verify(pinOf('735190'))).rejects.toMatchObject({
      code: 'card-removed',
      details: { step: 'verify-pin', outcome: 'not-done' },
    });
    expect(image().pin.triesLeft).toBe(6);
  });

  it('on the way there is an error of that step, not an outcome of the PIN', async () => {
    const { pin, presented } = await inserted([{ kind: 'removed-after', command: 3 }]);
    await expect(pin.verify(pinOf('735190'))).rejects.toMatchObject({ details: { step: 'read-record' } });
    expect(presented()).toEqual([]);
  });
});

describe('a status word that does not tell', () => {
  it.each(['6F00', '6581', '9100', 'FFFF', '6200', '6300', '6400'])('%s: unknown', async (sw) => {
    const fault: Fault = { kind: 'answer', command: BEFORE_VERIFY + 1, answer: fromHex(sw) };
    const { pin } = await inserted([fault]);
    expect(await pin.verify(pinOf('735190'))).toEqual({ kind: 'unknown', sw: Number.parseInt(sw, 16) });
  });

  it.each(['6700', '6982', '6984', '6985', '6A80', '6A86', '6D00', '6E00'])(
    '%s: the card did not compare',
    async (sw) => {
      const { pin } = await inserted([{ kind: 'answer', command: BEFORE_VERIFY + 1, answer: fromHex(sw) }]);
      const error = await pin.verify(pinOf('735190')).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SscardError);
      expect(error).toMatchObject({
        code: 'card-refused',
        details: { step: 'verify-pin', sw: Number.parseInt(sw, 16) },
      });
    },
  );
});

describe('change', () => {
  it('replaces the old PIN by the new one', async () => {
    const { pin } = await inserted();
    expect(await pin.change(pinOf('123456'), pinOf('735190'))).toEqual({ kind: 'changed' });
    expect(await pin.verify(pinOf('735190'))).toEqual({ kind: 'verified', initial: false });
    expect(await pin.verify(pinOf('123456'))).toEqual({ kind: 'wrong', triesLeft: 5 });
  });

  it('with a wrong old PIN spends a try and changes nothing', async () => {
    const { pin, image } = await inserted();
    expect(await pin.change(pinOf('482615'), pinOf('735190'))).toEqual({ kind: 'wrong', triesLeft: 5 });
    expect(image().pin.digits).toBe('123456');
  });

  it.each([
    ['the initial one', '735190', '123456', { why: 'initial' }],
    ['the old one', '735190', '735190', { why: 'unchanged' }],
    ['too short', '735190', '123', { why: 'length' }],
    ['all the same', '735190', '888888', { why: 'weak', rule: 'same-digits' }],
    ['the birthday on the card', '735190', '900101', { why: 'weak', rule: 'birthday' }],
    ['in the identity number on the card', '735190', '204991', { why: 'weak', rule: 'identity-number' }],
    ['in the card number on the card', '735190', '499000', { why: 'weak', rule: 'card-number' }],
    ['in a phone number the counter knows', '735190', '855292', { why: 'weak', rule: 'phone' }],
  ])('never sends a new PIN that is %s', async (_, old, next, reason) => {
    const { pin, presented } = await inserted();
    const outcome = await pin.change(pinOf(old), pinOf(next), { phones: ['0519-85529290'] });
    expect(outcome).toEqual({ kind: 'not-sent', ...reason });
    expect(presented()).toEqual([]);
  });

  it('takes a weak PIN where the site allows it', async () => {
    const { pin } = await inserted();
    expect(await pin.change(pinOf('123456'), pinOf('900101'), { weak: 'allow' })).toEqual({ kind: 'changed' });
  });

  it('of a card that is pulled before it answers is unknown; the card tells which PIN it has', async () => {
    const { pin, presented, image } = await inserted([{ kind: 'removed-after', command: 8 }]);
    const outcome = await pin.change(pinOf('123456'), pinOf('735190'));
    expect(outcome).toEqual({ kind: 'unknown', code: 'card-removed' });
    expect(presented()).toHaveLength(1);
    expect(image().pin.digits).toBe('735190');
  });
});
