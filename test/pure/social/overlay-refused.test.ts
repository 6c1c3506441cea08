import { describe, expect, it } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';
import { parseOverlay } from '../../../src/social/profile/overlay.ts';

function overlay(members: object, divisionPrefix = ''): string {
  const appliesTo = { generations: ['2.0'], divisionPrefix };
  return JSON.stringify({ region: 'site', nameZh: '本站', appliesTo, ...members }, undefined, 2);
}

/** Where and why an overlay is refused. */
async function refusal(source: string | Uint8Array): Promise<SscardError> {
  const error: unknown = await parseOverlay(source, 'site.json').catch((reason: unknown) => reason);
  if (!(error instanceof SscardError)) throw new Error(`not refused: ${JSON.stringify(error)}`);
  expect(error).toMatchObject({ code: 'profile-malformed', details: { place: 'site.json' } });
  return error;
}

/** The line of the text on which it is refused, trimmed. */
async function refusedLine(source: string): Promise<string> {
  const { line = 0, column = 0 } = (await refusal(source)).details;
  return source.split('\n')[line - 1]?.slice(column - 1) ?? '';
}

describe('an overlay file is refused where it goes wrong:', () => {
  const lineOf = (members: object, divisionPrefix = '') => refusedLine(overlay(members, divisionPrefix));

  it.each([
    ['a member nobody knows', { securty: {} }, /^"securty": /],
    ['a member nobody knows, further in', { security: { Mac: 'pboc' } }, /^"Mac": /],
    ['a prototype', JSON.parse('{"__proto__": {"a": 1}}'), /^"__proto__": /],
    ['a value of another type', { binaryChunk: '240' }, /^"240"/],
    ['a value that is too large', { binaryChunk: 256 }, /^256/],
    ['a value that is none of them', { security: { mac: 'retail' } }, /^"retail"/],
    ['a header of three bytes', { purse: { creditLoad: 'B02200' } }, /^"B02200"/],
    ['hex in lower case', { keys: [{ directory: 'SSSE', name: 'UKSSSE', id: '0a' }] }, /^"0a"/],
    ['an access rule that is none', { files: [{ directory: 'DF04', ef: 'EF06', read: 'PIN' }] }, /^"PIN"/],
    [
      'an access rule of two',
      { files: [{ directory: 'DF04', ef: 'EF06', read: { anyOf: ['pin'], allOf: ['pin'] } }] },
      /^{/,
    ],
    ['an unknown directory', { files: [{ directory: 'DF0B', ef: 'EF05' }] }, /^{/],
    ['a file neither known nor whole', { files: [{ directory: 'DF04', ef: 'EF07', read: 'pin' }] }, /^{/],
    ['a key neither known nor whole', { keys: [{ directory: 'DF04', name: 'UK9DF04', id: '99' }] }, /^{/],
    [
      'an item neither known nor whole',
      { files: [{ directory: 'DF04', ef: 'EF05', items: [{ tag: '99', length: 3 }] }] },
      /^{/,
    ],
    [
      'a key that is not there',
      { files: [{ directory: 'DF04', ef: 'EF06', read: { anyOf: ['pin', 'key:0A'] } }] },
      /^{/,
    ],
    ['a key no rule may name', { files: [{ directory: 'SSSE', ef: 'EF07', read: 'key:00' }] }, /^"key:00"/],
    ['a key that files need', { keys: [{ directory: 'DF04', name: 'UK2DF04', externalAuthentication: false }] }, /^{/],
    ['an identifier of another key', { keys: [{ directory: 'DF04', name: 'UK2DF04', id: '85' }] }, /^"85"/],
    [
      'a group not as long as its parts',
      { files: [{ directory: 'DF01', ef: 'EF15', items: [{ tag: '40', length: 53 }] }] },
      /^{/,
    ],
    ['a tag that is taken', { files: [{ directory: 'DF04', ef: 'EF06', items: [{ tag: '92', record: 1 }] }] }, /^{/],
    ['a date of three bytes', { files: [{ directory: 'DF04', ef: 'EF05', items: [{ tag: '80', length: 3 }] }] }, /^{/],
    ['a record not as long as its fields', { files: [{ directory: 'DF04', ef: 'EF15', recordLength: 4 }] }, /^4/],
    ['a file shorter than its field', { files: [{ directory: 'SSSE', ef: 'EF08', size: 4095 }] }, /^4095/],
    [
      'a value that one READ RECORD cannot bring',
      { files: [{ directory: 'SSSE', ef: 'EF06', items: [{ tag: '09', length: 254 }] }] },
      /^{/,
    ],
    ['fewer digits at most than at least', { pin: { digits: [8, 4] } }, /^\[/],
    ['an initial PIN that is too short', { pin: { digits: [8, 8] } }, /^{/],
    ['an algorithm without its rule', { algorithm: 'SM4' }, /^"SM4"/],
    ['a rule without its algorithm', { security: { authentication: 'SM4' } }, /^"SM4"/],
    ['a certificate application on a card without one', { certificate: { aid: '504B492EC9' } }, /^{/],
    ['a purse in no directory', { purse: { directory: 'DF0C' } }, /^"DF0C"/],
  ])('%s', async (_, members, at) => {
    expect(await lineOf(members)).toMatch(at);
  });

  it('the first of several', async () => {
    expect(await lineOf({ binaryChunk: 0, algorithm: 'DES', pin: { tries: 99 } })).toMatch(/^0/);
  });

  it.each([
    ['nothing', '', 1, 1],
    ['a list', '[]', 1, 1],
    ['a comment', '{\n  // note\n}', 2, 3],
    ['a comma too many', '{\n  "region": "x",\n}', 3, 1],
    ['a text that does not end', '{\n  "region": "x', 2, 13],
    ['the same member twice', '{\n "region": "x",\n "region": "y"\n}', 3, 2],
    ['the same member twice, further in', '{\n "pin": { "tries": 3,\n  "tries": 4 }\n}', 3, 3],
    ['no region', '{"nameZh": "本站", "appliesTo": {"generations": ["2.0"], "divisionPrefix": ""}}', 1, 1],
    ['brackets without end', '['.repeat(100_000), 1, 33],
  ] as const)('%s', async (_, source, line, column) => {
    expect((await refusal(source)).details).toEqual({ place: 'site.json', line, column });
  });

  it('bytes that are no UTF-8, and a file without end', async () => {
    expect((await refusal(Uint8Array.of(0x7b, 0xff))).details).toEqual({ place: 'site.json', line: 1, column: 1 });
    expect((await refusal(' '.repeat(1024 * 1024 + 1))).details).toEqual({ place: 'site.json', line: 1, column: 1 });
  });

  it('a file of Jiangsu for cards of another province', async () => {
    const members = { files: [{ directory: 'SSSE', ef: 'EF0D', read: 'pin' }] };
    await expect(parseOverlay(overlay(members, '3204'), 'site.json')).resolves.toMatchObject(members);
    await expect(parseOverlay(overlay(members), 'site.json')).resolves.toMatchObject(members);
    expect(await lineOf(members, '33')).toMatch(/^{/);
  });
});
