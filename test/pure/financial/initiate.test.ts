import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { type Fci, parseFci } from '../../../src/financial/fci.ts';
import { type Initiated, initiate } from '../../../src/financial/initiate.ts';
import { Termination } from '../../../src/financial/rules.ts';
import type { Session } from '../../../src/financial/session.ts';
import { sessionOver } from './card-script.ts';
import { type Exchange, readVector } from './vectors.ts';

interface Vector {
  readonly cases: readonly {
    readonly case: number;
    readonly fci: string;
    readonly terminalData: Readonly<Record<string, string>>;
    readonly exchanges: readonly Exchange[];
    readonly expected: { readonly outcome: string; readonly aip?: string; readonly afl?: string; readonly sw?: string };
  }[];
}

const EMPTY_GPO = '80A8000002830000';

function fciWith(pdol: string | undefined): Fci {
  const item = pdol === undefined ? '' : `9F38${byte(pdol.length / 2)}${pdol}`;
  const proprietary = `A5${byte(item.length / 2)}${item}`;
  const read = parseFci(fromHex(`6F81${byte(10 + proprietary.length / 2)}8408A000000333010101${proprietary}`));
  if (read === undefined) throw new Error('the card of the test is malformed');
  return read;
}

const byte = (value: number) => value.toString(16).padStart(2, '0');

/** @returns what came of it, or the rule that ended it */
async function answered(answer: string): Promise<Initiated | string> {
  const { session } = await sessionOver([{ c: EMPTY_GPO, r: answer }]);
  return outcomeOf(session, fciWith(undefined));
}

async function outcomeOf(session: Session, fci: Fci): Promise<Initiated | string> {
  try {
    return await initiate(session, fci);
  } catch (error) {
    if (error instanceof Termination) return error.decision.rule.id;
    throw error;
  }
}

describe('published cases of initiating an application', () => {
  it.each(readVector<Vector>('initiate-application-cases').cases)(
    'case $case: $expected.outcome',
    async ({ fci, terminalData, exchanges, expected }) => {
      const { session, left } = await sessionOver(exchanges, terminalData);
      const came = await initiate(session, parseFci(fromHex(fci)) as Fci).catch((error: unknown) => error);
      expect(left()).toBe(0);
      if (expected.outcome === 'terminate') {
        expect(came).toBeInstanceOf(Termination);
        expect((came as Termination).sw).toBe(Number.parseInt(expected.sw ?? '', 16));
      } else if (expected.aip === undefined) expect(came).toEqual({ kind: 'conditions-not-satisfied' });
      else {
        expect(came).toMatchObject({ kind: 'initiated', aip: fromHex(expected.aip) });
        expect(toHex(session.card.get(0x94) ?? new Uint8Array())).toBe(expected.afl);
      }
    },
  );
});

describe('initiating an application', () => {
  it('sends the values that the list asks for, in template 83, and keeps them', async () => {
    const { session, left } = await sessionOver([{ c: '80A800000B8309015600000156000000' + '00', r: '6985' }], {
      '9F1A': '0156',
      '5F2A': '0156',
    });
    expect(await outcomeOf(session, fciWith('9F1A029F7A019F02015F2A02DF6903'))).toEqual({
      kind: 'conditions-not-satisfied',
    });
    expect(left()).toBe(0);
  });

  it('codes the length of over 127 bytes of values in two bytes', async () => {
    const { session } = await sessionOver([
      { c: `80A8000083838180${'00'.repeat(128)}00`, r: '80067C0008010100' + '9000' },
    ]);
    const came = await initiate(session, fciWith('DF7080'));
    expect(came).toMatchObject({ kind: 'initiated', pdolValues: new Uint8Array(128) });
  });

  it.each([
    ['is cut short', '9F1A'],
    ['asks for more than a command carries', '9F7FFD'],
  ])('ends before a command when the list %s', async (_, pdol) => {
    const { session } = await sessionOver([]);
    expect(await outcomeOf(session, fciWith(pdol))).toBe('pdol-malformed');
  });

  it('reads format 1', async () => {
    expect(await answered('80067C0008010100' + '9000')).toMatchObject({
      aip: fromHex('7C00'),
      afl: [{ sfi: 1, first: 1, last: 1, authenticated: 0 }],
    });
  });

  it('reads format 2 in any order, with unknown objects and filler', async () => {
    const { session } = await sessionOver([
      { c: EMPTY_GPO, r: '771500DF7F01AA9404080101000082027C005F340101FF009000' },
    ]);
    expect(await outcomeOf(session, fciWith(undefined))).toMatchObject({ aip: fromHex('7C00') });
    expect(session.card.tags).toEqual([0xdf7f, 0x94, 0x82, 0x5f34]);
  });

  it.each([
    ['another status word', '6A80', 'processing-options-refused'],
    ['a warning', '80067C00080101006283', 'processing-options-refused'],
    ['no data', '9000', 'processing-options-malformed'],
    ['another template', '70067C00080101009000', 'processing-options-malformed'],
    ['two templates', '80067C000801010080009000', 'processing-options-malformed'],
    ['format 1 of one byte', '80017C9000', 'processing-options-malformed'],
    ['format 1 without a locator', '80027C009000', 'processing-options-malformed'],
    ['format 1 with half a group', '80057C000801019000', 'afl-malformed'],
    ['format 1 with a bad group', '80067C00080001009000', 'afl-malformed'],
    ['format 2 without a profile', '77069404080101009000', 'processing-options-malformed'],
    ['format 2 with a profile of one byte', '770982017C9404080101009000', 'processing-options-malformed'],
    ['format 2 without a locator', '770482027C009000', 'afl-malformed'],
    ['format 2 with an empty locator', '770682027C0094009000', 'afl-malformed'],
    ['format 2 with an object twice', '770E82027C0094040801010082027C009000', 'object-twice'],
    ['format 2 that is cut short', '770A82027C0094040801019000', 'processing-options-malformed'],
  ])('ends with %s', async (_, answer, rule) => {
    expect(await answered(answer)).toBe(rule);
  });

  it('leaves a record of the step', async () => {
    const { session } = await sessionOver([{ c: EMPTY_GPO, r: '6985' }]);
    await initiate(session, fciWith(undefined));
    expect(session.records).toMatchObject([
      {
        step: 'initiate-application',
        decisions: [{ rule: { id: 'conditions-of-use-not-satisfied', effect: 'leave-out' } }],
        tvr: '0000000000',
        tsi: '0000',
      },
    ]);
  });
});
