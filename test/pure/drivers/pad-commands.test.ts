import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { kmyCommands, kmyStatus } from '../../../drivers/pinpad/kmy/commands.ts';
import { kmyFramer } from '../../../drivers/pinpad/kmy/framer.ts';
import { displayCommand, lengthCommand } from '../../../drivers/pinpad/plain/commands.ts';
import { plainFramer } from '../../../drivers/pinpad/plain/framer.ts';
import { plainProfiles } from '../../../drivers/pinpad/plain/profiles.ts';
import { zt598Commands as zt, zt598Answer } from '../../../drivers/pinpad/zt598/commands.ts';
import { zt598Framer } from '../../../drivers/pinpad/zt598/framer.ts';
import kmyVectors from '../../../fixtures/vectors/readers/epp-kmy.json' with { type: 'json' };
import ztVectors from '../../../fixtures/vectors/readers/epp-zt598.json' with { type: 'json' };
import plainVectors from '../../../fixtures/vectors/readers/pinpad-plain.json' with { type: 'json' };

const MASTER = fromHex('0123456789ABCDEFFEDCBA9876543210');
const WORKING = fromHex('00112233445566778899AABBCCDDEEFF');
const SM4_WORKING = fromHex('681EDF34D206965E86B3E94F536E4246');
const kmy = kmyCommands('ascii');

/** What the host says, by the vector that it is. */
const kmySays: Readonly<Record<string, Uint8Array>> = {
  'kmy-01': kmy.version,
  'kmy-03': kmy.reset,
  'kmy-04': kmy.wipe,
  'kmy-05': kmy.serial,
  'kmy-06': kmy.algorithms[0],
  'kmy-07': kmy.algorithms[1],
  'kmy-08': kmy.macUnionPay,
  'kmy-09': kmy.loadMaster(0, MASTER),
  'kmy-10': kmy.loadWorking(0, 0, WORKING),
  'kmy-11': kmy.choose(0, 0),
  'kmy-12': kmy.keypad('on'),
  'kmy-13': kmy.account('234567890123'),
  'kmy-14': kmy.start(6, 30),
  'kmy-16': kmy.block,
  'kmy-22': kmy.keypad('off'),
  'kmy-24': kmyCommands('binary').version,
};
const kmyHears: Readonly<Record<string, readonly [status: object, data: string]>> = {
  'kmy-02': [{ kind: 'done' }, '4B4D5933353031422056312E30302020'],
  'kmy-17': [{ kind: 'done' }, '8F3A1C5577E2B901'],
  'kmy-18': [{ kind: 'refused', reason: 'parameter' }, ''],
  'kmy-19': [{ kind: 'timed-out' }, ''],
  'kmy-20': [{ kind: 'refused', reason: 'unknown-command' }, ''],
  'kmy-21': [{ kind: 'done', warning: 'master-key' }, ''],
  'kmy-23': [{ kind: 'refused', reason: 'self-test-master-key' }, ''],
};
/** Keys, outside frames; the golden entries have them. */
const KEYS = ['kmy-15', 'zt-19'];

const ztSays: Readonly<Record<string, Uint8Array>> = {
  'zt-01': zt.identity,
  'zt-03': zt.firmware,
  'zt-04': zt.reset,
  'zt-05': zt.shortest(4),
  'zt-06': zt.longest(6),
  'zt-07': zt.keySound,
  'zt-08': zt.openEncrypted,
  'zt-10': zt.close,
  'zt-11': zt.block(0x40, 0, '234567890123'),
  'zt-15': zt.loadSm4Master(1, MASTER),
  'zt-16': zt.loadSm4Working(1, 0x20, SM4_WORKING),
  'zt-17': zt.sm4Block(0x20, '234567890123'),
};
const ztHears: Readonly<Record<string, readonly [kind: string, rest: string]>> = {
  'zt-02': ['done', '1234567800000000110000'],
  'zt-12': ['done', '00068F3A1C5577E2B901'],
  'zt-13': ['refused', 'no-pin'],
  'zt-14': ['timed-out', ''],
  'zt-18': ['done', '0006595298C7C6FD271F0402F804C33D3F66'],
};
/** The driver has no such command: digits of an encrypting pad never reach the host. */
const NEVER_SENT = 'zt-09';

describe('epp-kmy vectors', () => {
  it.each(kmyVectors.vectors.filter(({ id }) => id in kmySays))('$id: $meaning', ({ id, hex }) => {
    expect(toHex(kmySays[id] as Uint8Array)).toBe(hex);
  });

  it.each(kmyVectors.vectors.filter(({ id }) => id in kmyHears))('$id: $meaning', ({ id, hex }) => {
    const [event] = kmyFramer().push(fromHex(hex));
    if (event?.kind !== 'frame') throw new Error('no frame');
    expect([kmyStatus(event.status), toHex(event.data)]).toEqual(kmyHears[id]);
  });
});

describe('epp-zt598 vectors', () => {
  it.each(ztVectors.vectors.filter(({ id }) => id in ztSays))('$id: $meaning', ({ id, hex }) => {
    expect(toHex(ztSays[id] as Uint8Array)).toBe(hex);
  });

  it.each(ztVectors.vectors.filter(({ id }) => id in ztHears))('$id: $meaning', ({ id, hex }) => {
    const [event] = zt598Framer().push(fromHex(hex));
    if (event?.kind !== 'frame') throw new Error('no frame');
    const answer = zt598Answer(event.body);
    const rest =
      answer.kind === 'done' ? String.fromCharCode(...answer.data) : answer.kind === 'refused' ? answer.reason : '';
    expect([answer.kind, rest]).toEqual(ztHears[id]);
  });

  it('no command of the driver opens clear-text entry', () => {
    const clear = ztVectors.vectors.find(({ id }) => id === NEVER_SENT)?.hex;
    const fixed = Object.values(zt).filter((command) => command instanceof Uint8Array);
    expect(fixed.map(toHex)).not.toContain(clear);
    expect(fixed.length).toBeGreaterThan(7);
  });
});

it('every vector of both is here', () => {
  const here = [kmySays, kmyHears, ztSays, ztHears].flatMap((table) => Object.keys(table));
  const all = [...kmyVectors.vectors, ...ztVectors.vectors].map(({ id }) => id);
  expect([...here, ...KEYS, NEVER_SENT].sort()).toEqual(all.sort());
});

describe('pinpad-plain vectors', () => {
  const profiles = plainVectors.vectors.flatMap(({ profile, open, again, close }) =>
    profile === undefined ? [] : [{ profile, codes: { open, again, ...(close !== undefined && { close }) } }],
  );

  it.each(profiles)('$profile', ({ profile, codes }) => {
    expect(plainProfiles[profile as keyof typeof plainProfiles]).toMatchObject(codes);
    expect('close' in plainProfiles[profile as keyof typeof plainProfiles]).toBe('close' in codes);
  });

  it('are all of the command sets', () => {
    expect(profiles.map(({ profile }) => profile).sort()).toEqual(
      Object.keys(plainProfiles)
        .filter((name) => name !== 'start-86' && name !== 'ctrl-04')
        .sort(),
    );
  });

  const answers = plainVectors.vectors.find(({ id }) => id === 'pp-07')?.answers ?? [];
  const clean = plainVectors.vectors.find(({ id }) => id === 'pp-08')?.clean;

  it.each([
    [0, 'fixed'],
    [1, 'cr'],
    [2, 'stx-etx'],
    [3, 'fixed'],
  ] as const)('pp-07 answer %i, in any two pieces, as %s', (at, answer) => {
    const bytes = fromHex(answers[at] as string);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const framer = plainFramer(answer, 6);
      const events = [...framer.push(bytes.slice(0, cut)), ...framer.push(bytes.slice(cut))];
      expect(events).toEqual([{ kind: 'pin', digits: fromHex(clean as string) }]);
      expect(framer.begun).toBe(false);
    }
  });

  it('has four answers', () => {
    expect(answers).toHaveLength(4);
  });
});

describe('a plain keypad is told', () => {
  it('how many digits to take', () => {
    expect(toHex(lengthCommand(6))).toBe('1B4E3036');
    expect(toHex(lengthCommand(12))).toBe('1B4E3132');
    expect(() => lengthCommand(17)).toThrow(RangeError);
    expect(() => lengthCommand(0)).toThrow(RangeError);
  });

  it('what to show', () => {
    expect(toHex(displayCommand(2, '100.00'))).toBe('1B4432' + '3130302E3030' + '0D0A');
    expect(() => displayCommand(1, '请输入密码')).toThrow(RangeError);
    expect(() => displayCommand(1, '12345678901234567')).toThrow(RangeError);
  });
});

describe('what belongs to no entry', () => {
  it('is told by its length, and its digits are gone', () => {
    const framer = plainFramer('stx-etx', 6);
    expect(framer.push(fromHex('373335'))).toEqual([{ kind: 'skipped', bytes: new Uint8Array(3) }]);
    framer.push(fromHex('02373335'));
    expect(framer.drop()).toEqual([{ kind: 'skipped', bytes: new Uint8Array(3) }]);
  });
});
