import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../../apdu/bytes.ts';
import type { Bit } from '../../../../src/financial/bits.ts';
import { type Action, analyseAction, analyseUnable } from '../../../../src/financial/payment/action.ts';
import type { ActionCodes } from '../../../../src/financial/payment/terminal.ts';
import { loneStep } from './courses.ts';
import { TERMINAL, UNIONPAY } from './terminals.ts';

interface Case {
  readonly tvr?: readonly Bit[];
  readonly issuer?: Readonly<Record<string, string>>;
  readonly codes?: Partial<ActionCodes>;
  readonly type?: number;
}

const NONE = '0000000000';
const SILENT = { '9F0D': NONE, '9F0E': NONE, '9F0F': NONE };
const NO_CODES = { denial: fromHex(NONE), online: fromHex(NONE), default: fromHex(NONE) };

async function analysed({ tvr = [], issuer = SILENT, codes, type = 22 }: Case, unable = false): Promise<string> {
  const parameters = { ...UNIONPAY, actionCodes: { ...NO_CODES, ...codes } };
  const { run, session } = await loneStep({
    card: issuer,
    parameters,
    settings: { terminal: { ...TERMINAL, type } },
  });
  for (const bit of tvr) session.tvr.set(bit);
  const seen: Action[] = [];
  await run(async (course) => seen.push(unable ? analyseUnable(course) : await analyseAction(course)));
  const [action] = seen;
  return [action?.asks, action?.decision.rule.id, action?.decision.place].filter((one) => one !== undefined).join(' ');
}

const CODE = fromHex('0000008000');
const HIT: Case = { tvr: [[4, 8]] };

describe('the first decision', () => {
  it.each<[string, Case, string]>([
    ['nothing speaks against it', {}, 'TC offline-by-action-code'],
    ['the acquirer denies', { ...HIT, codes: { denial: CODE } }, 'AAC denied-by-action-code TVR 4.8'],
    ['the issuer denies', { ...HIT, issuer: { ...SILENT, '9F0E': '0000008000' } }, 'AAC denied-by-action-code TVR 4.8'],
    ['the acquirer wants the host', { ...HIT, codes: { online: CODE } }, 'ARQC online-by-action-code TVR 4.8'],
    [
      'the issuer wants the host',
      { ...HIT, issuer: { ...SILENT, '9F0F': '0000008000' } },
      'ARQC online-by-action-code TVR 4.8',
    ],
    [
      'denial goes before the host',
      { ...HIT, codes: { denial: CODE, online: CODE } },
      'AAC denied-by-action-code TVR 4.8',
    ],
    [
      'codes of another bit do not count',
      { tvr: [[4, 7]], codes: { denial: CODE, online: CODE } },
      'TC offline-by-action-code',
    ],
    [
      'an issuer without codes wants the host for every bit',
      { tvr: [[2, 8]], issuer: {} },
      'ARQC online-by-action-code TVR 2.8',
    ],
    ['an issuer without codes denies nothing', { issuer: {} }, 'TC offline-by-action-code'],
    [
      'an offline terminal goes by the default codes',
      { ...HIT, type: 23, codes: { default: CODE } },
      'AAC denied-by-default-code TVR 4.8',
    ],
    [
      'an offline terminal does not look at the codes for the host',
      { ...HIT, type: 26, codes: { online: CODE } },
      'TC offline-by-action-code',
    ],
    ['an online-only terminal asks the host', { type: 21 }, 'ARQC terminal-is-online-only'],
    [
      'an online-only terminal denies, too',
      { ...HIT, type: 24, codes: { denial: CODE } },
      'AAC denied-by-action-code TVR 4.8',
    ],
    [
      'several bits',
      {
        tvr: [
          [1, 8],
          [5, 5],
        ],
        codes: { online: fromHex('8000000010') },
      },
      'ARQC online-by-action-code TVR 1.8 5.5',
    ],
  ])('%s', async (_, one, expected) => expect(await analysed(one)).toBe(expected));
});

describe('after a host that was not reached', () => {
  it.each<[string, Case, string]>([
    ['nothing speaks against it', HIT, 'TC offline-by-action-code'],
    ['the default codes do', { ...HIT, codes: { default: CODE } }, 'AAC denied-by-default-code TVR 4.8'],
    ['the issuer has none: every bit does', { ...HIT, issuer: {} }, 'AAC denied-by-default-code TVR 4.8'],
    ['an online-only terminal does not decide alone', { type: 21 }, 'AAC terminal-is-online-only'],
  ])('%s', async (_, one, expected) => expect(await analysed(one, true)).toBe(expected));
});
