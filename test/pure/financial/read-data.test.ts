import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { type AflEntry, parseAfl } from '../../../src/financial/afl.ts';
import { readApplicationData } from '../../../src/financial/read-data.ts';
import { Termination } from '../../../src/financial/rules.ts';
import { recordExchange, sessionOver } from './card-script.ts';
import { type Exchange, readVector } from './vectors.ts';

interface Vector {
  readonly cases: readonly {
    readonly case: number;
    readonly afl: string;
    readonly exchanges: readonly Exchange[];
    readonly expected: { readonly outcome: string; readonly reason: string };
  }[];
}

const PAN = '5A086228000100001117';
const EXPIRY = '5F2403301231';
const LISTS = '8C039F37048D039F3704';
const WHOLE = PAN + EXPIRY + LISTS;

const record = (content: string) => `70${(content.length / 2).toString(16).padStart(2, '0')}${content}9000`;

/** Reads records of file 1, the content of template 70 of each. @returns the rule that ended it, and where */
async function reading(...contents: readonly string[]): Promise<string | undefined> {
  return readingOf(
    contents.map((content, at) => recordExchange(1, at + 1, record(content))),
    `0801${byte(contents.length)}00`,
  );
}

async function readingOf(exchanges: readonly Exchange[], afl: string): Promise<string | undefined> {
  const { session } = await sessionOver(exchanges);
  try {
    await readApplicationData(session, parseAfl(fromHex(afl)) ?? []);
    return undefined;
  } catch (error) {
    if (!(error instanceof Termination)) throw error;
    const { rule, place } = error.decision;
    return `${rule.id} ${place}`;
  }
}

const byte = (value: number) => value.toString(16).padStart(2, '0');

describe('published cases of reading application data', () => {
  it.each(readVector<Vector>('read-application-data-cases').cases)(
    'case $case: $expected.outcome, $expected.reason',
    async ({ afl, exchanges, expected }) => {
      const { session, left } = await sessionOver(exchanges);
      const entries = parseAfl(fromHex(afl));
      // The locator of case 7 is refused as a whole, so nothing is read.
      if (entries === undefined) expect([expected.outcome, left()]).toEqual(['terminate', exchanges.length]);
      else {
        const came = await readApplicationData(session, entries).catch((error: unknown) => error);
        expect(left()).toBe(0);
        if (expected.outcome === 'terminate') expect(came).toBeInstanceOf(Termination);
        else {
          const marked = exchanges.filter(({ c }) => c === '00B2011400' || c === '00B2015C00');
          const records = marked.map(({ c, r }) => ({
            sfi: c === '00B2011400' ? 2 : 11,
            record: fromHex(r.slice(0, -4)),
          }));
          expect(came).toEqual(records);
        }
      }
    },
  );
});

describe('reading application data', () => {
  it('gives the records that enter offline authentication, in the order of the locator', async () => {
    const first = '7003500141';
    const second = record(WHOLE).slice(0, -4).toUpperCase();
    const exchanges = [
      recordExchange(2, 1, `${second}9000`),
      recordExchange(2, 2, '70035301429000'),
      recordExchange(1, 3, `${first}9000`),
      recordExchange(12, 1, '0102039000'),
    ];
    const { session, left } = await sessionOver(exchanges);
    const records = await readApplicationData(
      session,
      parseAfl(fromHex('10010201080303016001010' + '1')) as AflEntry[],
    );
    expect(left()).toBe(0);
    expect(records.map(({ sfi, record: bytes }) => [sfi, toHex(bytes)])).toEqual([
      [2, second],
      [1, first],
      [12, '010203'],
    ]);
  });

  it('keeps unknown objects, also those inside unknown templates', async () => {
    const { session } = await sessionOver([recordExchange(1, 1, record(`${WHOLE}E1055F28020156DF7F00`))]);
    await readApplicationData(session, parseAfl(fromHex('08010100')) as AflEntry[]);
    expect(toHex(session.card.get(0x5f28) ?? new Uint8Array())).toBe('0156');
    expect(session.card.has(0xdf7f)).toBe(true);
  });

  it('takes no objects from files above 10', async () => {
    const exchanges = [recordExchange(1, 1, record(WHOLE)), recordExchange(11, 1, record(`${PAN}5F28020156`))];
    const { session } = await sessionOver(exchanges);
    await readApplicationData(session, parseAfl(fromHex('0801010058010100')) as AflEntry[]);
    expect(session.card.has(0x5f28)).toBe(false);
  });

  it('allows filler between the objects of a record', async () => {
    expect(await reading(`00${WHOLE}FF00`)).toBeUndefined();
  });

  it.each([
    ['6A83', 'record-refused SFI 1 record 1'],
    ['6283', 'record-refused SFI 1 record 1'],
    ['9000', 'record-malformed SFI 1 record 1'],
    [`77035001419000`, 'record-malformed SFI 1 record 1'],
    [`700350014100${'9000'}`, 'record-malformed SFI 1 record 1'],
    [`70035001417003500142${'9000'}`, 'record-malformed SFI 1 record 1'],
    [`70045001419000`, 'record-malformed SFI 1 record 1'],
    [`70035002419000`, 'record-malformed SFI 1 record 1'],
  ])('ends with the record answer %s', async (answer, rule) => {
    expect(await readingOf([recordExchange(1, 1, answer)], '08010100')).toBe(rule);
  });

  it('sends nothing more after a record that ends it', async () => {
    const { session, left } = await sessionOver([recordExchange(1, 1, '6A83'), recordExchange(1, 2, '6A83')]);
    await readApplicationData(session, parseAfl(fromHex('08010200')) as AflEntry[]).catch(() => {});
    expect(left()).toBe(1);
  });

  it.each([
    ['in one record', [`${WHOLE}${PAN}`]],
    ['in two records', [WHOLE, EXPIRY]],
    ['once inside an unknown template', [`${WHOLE}E1${byte(PAN.length / 2)}${PAN}`]],
    ['and unknown', [`${WHOLE}DF7F00DF7F00`]],
  ])('ends with an object that comes twice %s', async (_, contents) => {
    expect(await reading(...contents)).toMatch(/^object-twice SFI 1 record/);
  });

  it('ends with an object that the answer to GET PROCESSING OPTIONS had', async () => {
    const { session } = await sessionOver([recordExchange(1, 1, record(`${WHOLE}82027C00`))]);
    session.card.set(0x82, fromHex('7C00'));
    const came = await readApplicationData(session, parseAfl(fromHex('08010100')) as AflEntry[]).catch(
      (e: unknown) => e,
    );
    expect(came).toMatchObject({ decision: { rule: { id: 'object-twice' }, place: 'SFI 1 record 1 82' } });
  });

  it.each([
    ['5A', EXPIRY + LISTS],
    ['5F24', PAN + LISTS],
    ['8C', `${PAN}${EXPIRY}8D039F3704`],
    ['8D', `${PAN}${EXPIRY}8C039F3704`],
  ])('ends without %s', async (tag, content) => {
    expect(await reading(content)).toBe(`mandatory-object-missing ${tag}`);
  });

  it('asks for what an enquiry needs only, when told so', async () => {
    const { session } = await sessionOver([recordExchange(1, 1, record('57076228000100001D'))]);
    const options = { mandatory: [] };
    expect(await readApplicationData(session, parseAfl(fromHex('08010100')) as AflEntry[], options)).toEqual([]);
  });

  it('leaves a record of the step, with the tags it brought', async () => {
    const { session } = await sessionOver([recordExchange(1, 1, record(WHOLE))]);
    await readApplicationData(session, parseAfl(fromHex('08010100')) as AflEntry[]);
    expect(session.records).toMatchObject([{ step: 'read-application-data', tags: [0x5a, 0x5f24, 0x8c, 0x8d] }]);
  });
});

describe('a format error in a recognised object ends the reading', () => {
  const rest = (tag: string) => WHOLE.replace({ '5A': PAN, '5F24': EXPIRY, '8C': '8C039F3704' }[tag] ?? '', '');

  it.each([
    ['5F24', 'a day that no month has', '5F2403300231'],
    ['5F24', 'two bytes', '5F24023012'],
    ['5F25', 'no digits', '5F2503FFFFFF'],
    ['5A', 'a letter among the digits', '5A0362A800'],
    ['5A', 'a digit behind the filling', '5A0362F800'],
    ['5A', 'filling only', '5A02FFFF'],
    ['5A', 'nothing', '5A00'],
    ['5A', 'over 10 bytes', `5A0B${'62'.repeat(11)}`],
    ['8C', 'a list cut short', '8C029F37'],
    ['97', 'a list cut short', '97029F37'],
    ['8E', 'no rule', '8E080000000000000000'],
    ['8E', 'half a rule', '8E0B0000000000000000020103'],
    ['9F07', 'one byte', '9F0701FF'],
    ['9F0D', 'four bytes', '9F0D0400000000'],
    ['9F42', 'letters', '9F42020A56'],
    ['5F34', 'two bytes', '5F34020001'],
  ])('%s: %s', async (tag, _, object) => {
    expect(await reading(object + rest(tag))).toBe(`object-malformed ${tag}`);
  });

  it.each([
    ['a card number with filling', `5A0A6228000100001117999F`],
    ['the last day of February in a leap year', '5F2403240229'],
    ['an empty list', '8C00'],
    ['one rule', '8E0A00000000000000001F00'],
  ])('but not %s', async (_, object) => {
    const tag = object.startsWith('5F24') ? '5F24' : object.slice(0, 2);
    expect(await reading(object + rest(tag))).toBeUndefined();
  });

  it.each([
    ['a name of one byte', '5F200141'],
    ['an extended name of two bytes', '9F0B024142'],
    ['both kinds of names', '5F2002202F9F0B024142'],
    ['a certificate of one byte', '90016A'],
    ['a tag list that names another tag', '9F4A0184'],
    ['a dynamic list that is cut short', '9F49019F'],
    ['a country of one byte, as on the laboratory card of UnionPay', '5F280156'],
    ['an unknown object of any length', 'DF7F020102'],
  ])('but not %s', async (_, object) => {
    expect(await reading(WHOLE + object)).toBeUndefined();
  });
});
