import { describe, expect, it } from 'vitest';
import { fromHex } from '../../apdu/bytes.ts';
import type { CardImage, KeyImage } from '../../src/simulator/image.ts';
import { authenticate, GET_CHALLENGE, poweredCard, SELECT_SSSE, talk } from './cards.ts';

/** The worked APDUs of 6.7, for the challenge 1122334455667788. */
const RELOAD = '842400010CCE26F208A9D08B8A32181865';
const UNBLOCK = '8424000004355A58ED';
const WRONG = UNBLOCK.replace(/..$/, '00');
const STATUS = '00200000';
const CHANGED = '0020000003735190';
const OLD = '0020000003123456';

const random = () => fromHex('1122334455667788');
const puk = [GET_CHALLENGE, authenticate('06'), GET_CHALLENGE];

const withKey =
  (name: string, change: Partial<KeyImage>) =>
  (image: CardImage): CardImage => ({
    ...image,
    pin: { ...image.pin, triesLeft: 0 },
    directories: image.directories.map((directory) => ({
      ...directory,
      keys: directory.keys.map((key) => (key.name === name ? { ...key, ...change } : key)),
    })),
  });
const locked = withKey('STK', {});

describe('the tries of STK (2.5)', () => {
  it('fall with each wrong MAC, and at none left the right one is refused, too', async () => {
    const card = await poweredCard(withKey('STK', { triesLeft: 2 }), { random });
    const answers = talk(card, SELECT_SSSE, ...puk, WRONG, GET_CHALLENGE, WRONG, GET_CHALLENGE, UNBLOCK, STATUS);
    expect([answers[4], answers[6], answers[8], answers[9]]).toEqual(['6988', '6988', '6983', '6983']);
  });

  it('are full again after a right one', async () => {
    const card = await poweredCard(withKey('STK', { tries: 2, triesLeft: 1 }), { random });
    talk(card, SELECT_SSSE, ...puk, UNBLOCK);
    const stk = card.image().directories[0]?.keys.find(({ name }) => name === 'STK');
    expect(stk?.triesLeft).toBe(2);
  });

  it('are not touched by a command that fits no state', async () => {
    const card = await poweredCard(withKey('STK', { triesLeft: 5 }), { random });
    expect(talk(card, SELECT_SSSE, UNBLOCK, GET_CHALLENGE, RELOAD, '8424000003355A58').slice(1)).toEqual([
      '6982',
      '11223344556677889000',
      '6982',
      '6700',
    ]);
    expect(card.image().directories[0]?.keys.find(({ name }) => name === 'STK')?.triesLeft).toBe(5);
  });
});

describe('RELOAD PIN and PIN UNBLOCK (5, 6.5)', () => {
  it('use STK, not the key of the PUK', async () => {
    const other = withKey('STK', { value: '00112233445566778899AABBCCDDEEFF' });
    expect(talk(await poweredCard(other, { random }), SELECT_SSSE, ...puk, UNBLOCK).at(-1)).toBe('6988');
  });

  it('are refused where there is no STK', async () => {
    const without = (image: CardImage) => {
      const changed = locked(image);
      const keys = (list: readonly KeyImage[]) => list.filter(({ name }) => name !== 'STK');
      return { ...changed, directories: changed.directories.map((one) => ({ ...one, keys: keys(one.keys) })) };
    };
    expect(talk(await poweredCard(without, { random }), SELECT_SSSE, ...puk, UNBLOCK).at(-1)).toBe('6A88');
  });

  it('are for the application: not before it is selected', async () => {
    expect(talk(await poweredCard(locked, { random }), GET_CHALLENGE, UNBLOCK).at(-1)).toBe('6982');
  });

  it('need the PUK once, not the key of another act', async () => {
    const other = [GET_CHALLENGE, authenticate('04'), GET_CHALLENGE];
    expect(talk(await poweredCard(locked, { random }), SELECT_SSSE, ...other, UNBLOCK).at(-1)).toBe('6982');
  });

  it('keep the right of the PUK for a second one', async () => {
    const card = await poweredCard(locked, { random });
    expect(talk(card, SELECT_SSSE, ...puk, UNBLOCK, GET_CHALLENGE, RELOAD).at(-1)).toBe('9000');
  });

  it('refuse other parameters', async () => {
    const card = await poweredCard(locked, { random });
    expect(talk(card, SELECT_SSSE, ...puk, '8424010004355A58ED', '8424000204355A58ED').slice(-2)).toEqual([
      '6A86',
      '6A86',
    ]);
  });

  it('the new PIN and the full counter outlive the power', async () => {
    const card = await poweredCard(locked, { random });
    talk(card, SELECT_SSSE, ...puk, RELOAD);
    card.powerOff();
    card.powerOn();
    expect(talk(card, SELECT_SSSE, STATUS, OLD).slice(1)).toEqual(['63C6', '9000']);
  });

  it('unblocking changes nothing but the counter', async () => {
    const card = await poweredCard(locked, { random });
    const before = card.image();
    talk(card, SELECT_SSSE, ...puk, UNBLOCK);
    expect(card.image()).toEqual({ ...before, pin: { ...before.pin, triesLeft: 6 } });
  });
});

/** By an independent script: the PIN block 03 735190 80 00… under SM4, MAC with the initial value 11223344 00…. */
describe('the MAC of PBOC (6.5)', () => {
  const pboc =
    (algorithm: CardImage['algorithm']) =>
    (image: CardImage): CardImage => ({ ...locked(image), algorithm, mac: 'pboc' });
  const challenge = (length: number) => fromHex('1122334455667788').slice(0, length);
  const sm4Puk = [GET_CHALLENGE, '00820006106EF19F29208E4750A1A2A3A4A5A6A7A8', '0084000004'];

  it('with SM4: under the key itself, the challenge filled with zeros to a block', async () => {
    const card = await poweredCard(pboc('SM4'), { random: challenge });
    const reload = '8424000114783D7F6997C4DE39959E1CF3EADE2A3EEBC4F1AA';
    expect(talk(card, SELECT_SSSE, ...sm4Puk, reload).at(-1)).toBe('9000');
    expect(talk(card, CHANGED)).toEqual(['9000']);
  });
});
