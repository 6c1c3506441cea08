import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pcscError } from '../../drivers/pcsc/codes.ts';
import { displayNames, isContactlessSlot, isSamSlot } from '../../drivers/pcsc/names.ts';
import { chooseSlots, eventsBetween, filledSlots, type Picture, seeSlots } from '../../drivers/pcsc/slots.ts';
import type { WaitForCardOptions } from '../../drivers/reader.ts';

const EMPTY = 0x10;
const PRESENT = 0x20;
const slot = (name: string, state: number, atr = new Uint8Array()) => ({ name, state, atr });
const picture = (...raw: ReturnType<typeof slot>[]): Picture => ({ service: 'up', slots: seeSlots(raw, {}) });
const kinds = (before: Picture | undefined, after: Picture) => eventsBetween(before, after).map(({ type }) => type);

test('tells a card that left and came back between two looks by the counter', () => {
  const [before, after] = [picture(slot('A', (1 << 16) | PRESENT)), picture(slot('A', (3 << 16) | PRESENT))];
  expect(kinds(before, after)).toEqual(['card-removed', 'card-inserted']);
});

test('tells another card by its ATR where the library has no counter', () => {
  const [before, after] = [
    picture(slot('A', PRESENT, Uint8Array.of(1))),
    picture(slot('A', PRESENT, Uint8Array.of(2))),
  ];
  expect(kinds(before, after)).toEqual(['card-removed', 'card-inserted']);
});

test('says nothing when only the use of a card changes', () => {
  expect(kinds(picture(slot('A', PRESENT)), picture(slot('A', PRESENT | 0x100)))).toEqual([]);
});

test('follows readers that come, go and change places', () => {
  const before = picture(slot('A', EMPTY), slot('B', PRESENT));
  expect(kinds(before, picture(slot('B', PRESENT), slot('A', EMPTY)))).toEqual([]);
  expect(kinds(before, picture(slot('A', EMPTY), slot('C', PRESENT)))).toEqual([
    'reader-detached',
    'reader-attached',
    'card-inserted',
  ]);
});

test('says once that the service is lost, and announces all anew when it is back', () => {
  const down: Picture = { service: 'down', slots: [] };
  const up = picture(slot('A', PRESENT));
  expect([kinds(up, down), kinds(down, down), kinds(undefined, down)]).toEqual([
    ['service-lost'],
    [],
    ['service-lost'],
  ]);
  expect(kinds(down, up)).toEqual(['service-back', 'reader-attached', 'card-inserted']);
});

test.each([
  [PRESENT, 'present', undefined],
  [PRESENT | 0x80, 'present', 'exclusive'],
  [PRESENT | 0x100, 'present', 'shared'],
  [PRESENT | 0x200, 'mute', undefined],
  [EMPTY, 'empty', undefined],
  [0x08, 'unavailable', undefined],
])('reads the flags %i as %s', (flags, state, inUse) => {
  expect(seeSlots([slot('A', flags)], {})[0]?.shown).toMatchObject({ state, ...(inUse && { inUse }) });
});

test('tells SAM slots by their name', () => {
  const names = ['ACS ACR38U-SAM 00 00', 'Lab SAM Slot', 'Lab PSAM 1', 'Samsung Reader', 'Balsam'];
  expect(names.map(isSamSlot)).toEqual([true, true, true, false, false]);
});

test('tells contactless slots by their name', () => {
  const names = [
    'ACS Dual Reader PICC 0',
    'Card Reader 5x21-CL 0',
    'Lab Contactless 00 01',
    'NFC unit',
    'CLERK 1',
    'Lab 1',
  ];
  expect(names.map(isContactlessSlot)).toEqual([true, true, true, true, false, false]);
});

const CONTACT_ATR = Uint8Array.of(0x3b, 0x6d, 0x00, 0x00);
const CONTACTLESS_ATR = Uint8Array.of(0x3b, 0x8d, 0x80, 0x01);

test.each([
  ['a card in a contact slot', 'Lab 1', CONTACT_ATR, 'contact'],
  ['a card in the air', 'Lab 1', CONTACTLESS_ATR, 'contactless'],
  ['a card whose answer contradicts the name', 'Lab PICC', CONTACT_ATR, 'contact'],
  ['no card, and a name that tells', 'Lab PICC', undefined, 'contactless'],
  ['no card, and a name that does not', 'Lab 1', undefined, undefined],
])('knows the interface of %s', (_, name, atr, face) => {
  expect(seeSlots([slot(name, atr ? PRESENT : EMPTY, atr)], {})[0]?.shown.interface).toBe(face);
});

const dual = seeSlots([slot('Unit PICC', PRESENT, CONTACTLESS_ATR), slot('Unit ICC', PRESENT, CONTACT_ATR)], {});
const touch = seeSlots([slot('Unit PICC', PRESENT, CONTACTLESS_ATR), slot('Unit ICC', EMPTY)], {});
const taken = (slots: typeof dual, options: WaitForCardOptions) =>
  filledSlots(chooseSlots(slots, options)).map(({ shown }) => shown.name);

test.each([
  ['auto takes the contact slot when both have a card', dual, 'auto', ['Unit ICC']],
  ['auto takes the other one when only that has a card', touch, 'auto', ['Unit PICC']],
  ['contactless', dual, 'contactless', ['Unit PICC']],
  ['contact', dual, 'contact', ['Unit ICC']],
  ['contact, when the card is in the air', touch, 'contact', []],
] as const)('chooses by interface: %s', (_, slots, wanted, names) => {
  expect(taken(slots, { interface: wanted })).toEqual(names);
  expect(taken(slots, { interface: wanted, reader: 'unit' })).toEqual(names);
});

test('two contact slots with a card stay two', () => {
  const slots = seeSlots([slot('A', PRESENT, CONTACT_ATR), slot('B', PRESENT, CONTACT_ATR)], {});
  expect(taken(slots, {})).toEqual(['A', 'B']);
});

test('two readers of one name are shown under two names', () => {
  expect(displayNames(['A', 'B', 'A', 'A'])).toEqual(['A', 'B', 'A (2)', 'A (3)']);
  expect(displayNames(['A (2)', 'A', 'A'])).toEqual(['A (2)', 'A', 'A (3)']);
});

test('hostile reader names are shown without control characters, short, and all different', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '',
      '\u0000',
      '\u001B[2J',
      '\r\n',
      '\u202Eabc',
      '\uD800',
      '读写器',
      'x'.repeat(1_024),
      '\u0085',
      '\u2028',
    ),
  );
  const name = fc.array(piece, { maxLength: 4 }).map((parts) => parts.join(''));
  let inputs = 0;
  fc.assert(
    fc.property(fc.array(name, { minLength: 4, maxLength: 12 }), (names) => {
      inputs += names.length;
      const shown = displayNames(names);
      expect(new Set(shown).size).toBe(names.length);
      for (const one of shown) {
        expect(one).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u);
        expect(one.length).toBeGreaterThan(0);
        expect([...one].length).toBeLessThanOrEqual(300);
      }
    }),
    { numRuns: 5_000 },
  );
  process.stdout.write(`${inputs} reader names\n`);
  expect(inputs).toBeGreaterThan(20_000);
});

test.each([
  [0x80100069, 'card-removed'],
  [0x80100016, 'card-removed'],
  [0x8010002f, 'card-removed'],
  [0x80100068, 'card-reset'],
  [0x8010001d, 'service-lost'],
  [0x80100013, 'service-lost'],
  [0x80100017, 'reader-lost'],
  [0x8010000b, 'card-in-use'],
  [0x80100066, 'card-unresponsive'],
  [0x80100008, 'answer-malformed'],
  [0x80100004, 'pcsc-failure'],
])('the return code %i is %s and is kept', (code, name) => {
  expect(pcscError('SCardTransmit', code)).toMatchObject({ code: name, details: { platformCode: code } });
});

test('a return code that the binding hides is a failure without a number', () => {
  const hidden = pcscError('SCardTransmit', undefined);
  expect([hidden.code, hidden.details]).toEqual(['pcsc-failure', {}]);
});
