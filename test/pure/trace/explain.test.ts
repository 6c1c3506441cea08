import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatTranscript, parseTranscript } from '../../../drivers/replay/transcript.ts';
import { loadWholeOverlays, loadWholeProfile } from '../../../src/social/profile/load.ts';
import { applyOverlays } from '../../../src/social/profile/merge.ts';
import type { CardProfile } from '../../../src/social/profile/profile.ts';
import { explainTranscript } from '../../../src/trace/explain.ts';
import type { Explained } from '../../../src/trace/explained.ts';
import { maskTranscript } from '../../../src/trace/transcript-masking.ts';

const golden = new URL('../../../fixtures/golden/', import.meta.url);
let profile: CardProfile;

beforeAll(async () => {
  profile = applyOverlays(await loadWholeProfile('2.0'), await loadWholeOverlays(), '320400');
});

const read = (name: string) => readFileSync(new URL(`${name}.transcript`, golden), 'utf8');

/** Explained as the command does it: masked first. */
function explained(text: string): Explained[] {
  return explainTranscript(maskTranscript(parseTranscript(text)), profile);
}

const ATR = 'atr 3B 6D 00 00 00 87 54 31 00 86 60 32 04 99 00 00 01\n';
const SELECT = '> 00 A4 04 00 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 B1 A3 D5 CF\n< 61 1E\n';

describe('a transcript in words', () => {
  it('names application, item and masked value', () => {
    const steps = explained(read('read-2.0'));
    expect(steps[0]).toMatchObject({
      command: 'select',
      place: 'SSSE',
      named: { nameZh: '社会保障应用环境' },
      sw: 0x611e,
    });
    const name = steps.find(({ place }) => place === 'SSSEEF06|09');
    expect(name).toMatchObject({
      command: 'read-record',
      named: { name: 'name', nameZh: '姓名' },
      value: '张**',
      sw: 0x9000,
    });
    const number = steps.find(({ place }) => place === 'SSSEEF06|08');
    expect(number?.value).toBe('3204**********0113');
    expect(steps.find(({ place }) => place === 'SSSEEF05|03')?.value).toBe('2.00');
  });

  it('names the key of an authentication, and shows neither cryptogram nor challenge', () => {
    const steps = explained(read('external-authentication'));
    const authentication = steps.find(({ command, sw }) => command === 'external-authentication' && sw === 0x9000);
    expect(authentication).toMatchObject({ key: 'SSSE RKSSSE', place: 'SSSE', named: { name: 'RKSSSE' } });
    expect(authentication).not.toHaveProperty('value');
    expect(JSON.stringify(steps)).not.toMatch(/A13148FB|11223344/i);
  });

  it('tells an empty VERIFY from one with a PIN, and shows no PIN', () => {
    const steps = explained(read('verify-pin'));
    expect(steps.map(({ command }) => command)).toEqual(expect.arrayContaining(['pin-status', 'verify-pin']));
    expect(JSON.stringify(steps)).not.toMatch(/735190|123456/);
  });

  it('names files of a directory, and hides what is in them', () => {
    const [, directory, item] = explained(
      `${ATR}${SELECT}> 00 A4 00 00 02 DF 04\n< 90 00\n> 00 B2 8C 28 03\n< 8C 01 11 90 00\n`,
    );
    expect(directory).toMatchObject({ place: 'DF04', named: { nameZh: expect.stringContaining('社会保险') } });
    expect(item).toMatchObject({ place: 'DF04EF05|8C', named: { nameZh: '医疗人员类别' }, value: '***', sw: 0x9000 });
  });

  it('names records of a cyclic file by their number', () => {
    const steps = explained(`${ATR}${SELECT}> 00 A4 00 00 02 DF 04\n< 90 00\n> 00 B2 01 44 1C\n< 69 82\n`);
    expect(steps[2]).toMatchObject({ place: 'DF04EF08:01', sw: 0x6982 });
  });

  it('loses its place with a reset, and with what it does not know', () => {
    const after = explained(`${ATR}${SELECT}! reset\n${ATR}> 00 B2 03 28 06\n< 69 86\n`);
    expect(after[1]).not.toHaveProperty('place');
    const elsewhere = explained(`${ATR}${SELECT}> 00 A4 04 00 05 D1 56 00 00 05\n< 90 00\n> 00 B2 03 28 06\n< 6A 82\n`);
    expect(elsewhere[2]).not.toHaveProperty('place');
  });

  it('keeps its place when a SELECT is refused', () => {
    const steps = explained(
      `${ATR}${SELECT}> 00 A4 00 00 02 DF 0A\n< 6A 82\n> 00 B2 03 28 06\n< 03 04 32 2E 30 30 90 00\n`,
    );
    expect(steps[2]).toMatchObject({ place: 'SSSEEF05|03', value: '***' });
  });

  it('says what happened instead of an answer', () => {
    expect(explained(`${ATR}${SELECT}> 00 B2 03 28 06\n! removed unknown\n`)[1]).toMatchObject({ event: 'removed' });
  });

  it.each(readdirSync(golden).filter((name) => name.endsWith('.transcript')))(
    'has words for every command of %s',
    (name) => {
      const steps = explained(readFileSync(new URL(name, golden), 'utf8'));
      expect(steps.length).toBeGreaterThan(0);
      for (const { sw } of steps) expect(sw).toBeTypeOf('number');
    },
  );
});

describe('masking a transcript again', () => {
  it('hides what a foreign program wrote in full', () => {
    const text = formatTranscript(
      maskTranscript(parseTranscript(`${ATR}${SELECT}> 00 20 00 00 03 73 51 90\n< 90 00\n`)),
    );
    expect(text).toContain('> 00 20 00 00 03 ** ** **\n');
    expect(text).not.toContain('73 51 90');
  });

  it('changes nothing the second time', () => {
    const once = maskTranscript(parseTranscript(read('read-2.0')));
    expect(formatTranscript(maskTranscript(once))).toBe(formatTranscript(once));
  });

  it('keeps hidden what was hidden, also where the rules would show it', () => {
    const text = `${ATR}${SELECT}> 00 B2 03 28 06\n< 03 04 32 ** 30 30 90 00\n`;
    expect(formatTranscript(maskTranscript(parseTranscript(text)))).toContain('< 03 04 32 ** 30 30 90 00');
  });
});
