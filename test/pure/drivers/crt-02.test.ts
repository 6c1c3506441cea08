import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { Protocol } from '../../../drivers/reader.ts';
import * as commands from '../../../drivers/units/crt-02/commands.ts';
import { crt02Frame, crt02Framer, crt02Signals } from '../../../drivers/units/crt-02/framer.ts';
import { crt02Policy } from '../../../drivers/units/crt-02/policy.ts';
import { crt02Protocol } from '../../../drivers/units/crt-02/unit.ts';
import { refusalError } from '../../../drivers/units/refusals.ts';
import type { Unit } from '../../../drivers/units/unit.ts';
import { failure, type Place, playUnit, type Told } from './golden-unit.ts';
import { goldenExchange } from './scripted-port.ts';

const BOTH: readonly Protocol[] = ['T=0', 'T=1'];
const CHALLENGE = fromHex('0084000008');
const RANDOM = '11223344556677889000';
const ATR = '3B6800000073C84000009000';
const ATR_T1 = '3BDA18FF81B1FE751F030031F573C001600090001C';
const quick = crt02Protocol({
  ...crt02Policy,
  times: { acknowledge: 40, query: 100, power: 100, move: 100, afterSpeed: 5 },
});
const play = (script: string, work: (unit: Unit, told: Told) => Promise<void>, place?: Place) =>
  playUnit(quick, script, work, place);
const golden = (name: string, work: (unit: Unit, told: Told) => Promise<void>, place?: Place) =>
  play(goldenExchange(name), work, place);
const challenge = async (unit: Unit, slot = 0) => toHex(await unit.transmit(slot, CHALLENGE, { timeout: 300 }));

const vectors: readonly { id: string; hex: string }[] = JSON.parse(
  readFileSync(new URL('../../../fixtures/vectors/readers/crt-02.json', import.meta.url), 'utf8'),
).vectors;
const hexOf = (id: string) => vectors.find((vector) => vector.id === id)?.hex ?? '';
const answerOf = (id: string, asked: Uint8Array) => {
  const [frame] = crt02Framer().push(fromHex(hexOf(id)));
  return frame?.kind === 'frame' ? commands.readAnswer(frame.text, asked, false) : undefined;
};
const cardOf = (id: string, asked: Uint8Array, contacts: commands.Crt02Contacts = 'card') => {
  const answer = answerOf(id, asked);
  return answer?.kind === 'done' ? commands.readCard(answer.data, contacts) : undefined;
};

describe('commands of 02 units are those of the vectors', () => {
  it.each([
    ['s2-01', commands.reset],
    ['s2-05', commands.status],
    ['s2-09', commands.moves.contacts],
    ['s2-10', commands.coldReset('card')],
    ['s2-16', commands.apdu('card', 'T=0', CHALLENGE)],
    ['s2-18', commands.apdu('card', 'T=1', CHALLENGE)],
    ['s2-19', commands.warmReset],
    ['s2-20', commands.coldReset(0)],
    ['s2-23', commands.apdu(0, 'T=0', CHALLENGE)],
    ['s2-24', commands.samsOff],
    ['s2-27', commands.setSpeed(crt02Policy.speeds.get(9_600) ?? 0)],
    ['s2-28', commands.power(true)],
    ['s2-29', commands.power(false)],
  ])('%s', (id, text) => {
    expect(toHex(crt02Frame(text))).toBe(hexOf(id));
  });

  it('s2-03 and s2-26 are its single bytes', () => {
    expect([toHex(crt02Signals.enq), toHex(crt02Signals.eot)]).toEqual([hexOf('s2-03'), hexOf('s2-26')]);
  });
});

describe('answers of 02 units', () => {
  it('s2-04 is the version, s2-06 the position, s2-08 of a command that is not sent', () => {
    expect(answerOf('s2-04', commands.reset)).toMatchObject({ kind: 'done' });
    const status = answerOf('s2-06', commands.status);
    expect(status?.kind === 'done' && commands.readPosition(status.data)).toBe('contacts');
    expect(answerOf('s2-08', commands.status)).toBeUndefined();
  });

  it.each([
    ['s2-11', commands.coldReset('card'), 'card', 'T=0', ATR],
    ['s2-12', commands.coldReset('card'), 'card', 'T=1', ATR_T1],
    ['s2-17', commands.apdu('card', 'T=0', CHALLENGE), 'card', 'T=0', RANDOM],
    ['s2-21', commands.coldReset(0), 0, 'T=0', ATR],
  ] as const)('%s is good', (id, asked, contacts, protocol, bytes) => {
    expect(cardOf(id, asked, contacts)).toEqual({ kind: 'good', protocol, bytes: fromHex(bytes) });
  });

  it.each([
    ['s2-13', commands.coldReset('card'), 'card', 0x4e, 'card-unresponsive'],
    ['s2-14', commands.coldReset('card'), 'card', 0x45, 'no-card'],
    ['s2-15', commands.coldReset('card'), 'card', 0x57, 'no-card'],
    ['s2-22', commands.coldReset(0), 0, 0x4e, 'card-unresponsive'],
  ] as const)('%s is a failure', (id, asked, contacts, status, code) => {
    expect(cardOf(id, asked, contacts)).toEqual({ kind: 'failed', status });
    expect(refusalError(crt02Policy.refusals, status, 'reset').code).toBe(code);
  });

  it('s2-25 is a refusal', () => {
    expect(answerOf('s2-25', commands.coldReset('card'))).toEqual({ kind: 'refused', error: 0x02 });
  });

  it('that are shorter than they say are malformed, that are longer are cut', () => {
    expect(commands.readCard(fromHex('59000C3B68'), 'card')).toEqual({ kind: 'malformed' });
    expect(commands.readCard(fromHex(''), 'card')).toEqual({ kind: 'malformed' });
    expect(commands.readCard(fromHex('3159000290 00'), 0)).toEqual({ kind: 'malformed' });
    expect(commands.readCard(fromHex('590002900077'), 'card')).toMatchObject({ bytes: fromHex('9000') });
  });

  it('with a result in front are read by it', () => {
    const read = (text: string) => commands.readAnswer(fromHex(text), commands.status, true);
    expect(read('5031304B4A4E')).toEqual({ kind: 'done', data: fromHex('4B4A4E') });
    expect(read('4E313002')).toEqual({ kind: 'refused', error: 2 });
    expect(read('50324E')).toBeUndefined();
  });

  it.each([
    ['46', 'inside'],
    ['47', 'inside'],
    ['48', 'front'],
    ['49', 'front'],
    ['4A', 'inside'],
    ['4B', 'contacts'],
    ['4C', 'rear'],
    ['4D', 'rear'],
    ['4E', 'none'],
    ['00', undefined],
  ])('S1 %s is %s', (s1, position) => {
    expect(commands.readPosition(fromHex(s1))).toBe(position);
  });
});

describe('an 02 unit', () => {
  it('is reset, takes the card to its contacts, and carries APDUs', async () => {
    const port = await golden('crt-02', async (unit, told) => {
      expect(unit.identity).toBe('CRT310 V3.0');
      expect(unit.slots).toHaveLength(5);
      expect(await unit.powerOn(0, 'cold', BOTH)).toEqual({ atr: fromHex(ATR), protocol: 'T=0' });
      expect(await challenge(unit)).toBe(RANDOM);
      await unit.powerOn(0, 'warm', BOTH);
      await unit.powerOff(0);
      expect(told).toEqual(['inside', '0 in', 'contacts']);
    });
    expect(port.settings).toEqual({ baud: 9_600 });
  });

  it('carries T=1 by a command of its own', async () => {
    await golden('crt-02-t1', async (unit) => {
      expect((await unit.powerOn(0, 'cold', BOTH)).protocol).toBe('T=1');
      expect(await challenge(unit)).toBe(RANDOM);
    });
  });

  it('has PSAM sockets with one power off for all', async () => {
    await golden('crt-02-sam', async (unit) => {
      expect(await unit.presence(1)).toBe('unknown');
      expect((await unit.powerOn(1, 'cold', BOTH)).protocol).toBe('T=0');
      expect(await challenge(unit, 1)).toBe(RANDOM);
      expect((await unit.powerOn(2, 'cold', BOTH)).protocol).toBe('T=1');
      expect(await challenge(unit, 2)).toBe(RANDOM);
      await unit.powerOff(1);
      await unit.powerOff(2);
      await unit.powerOff(2);
    });
  });

  it('moves the card, and tells where it is', async () => {
    await golden('crt-02-move', async ({ mover }, told) => {
      await mover?.admit(true);
      expect(await mover?.position()).toBe('front');
      await mover?.move('inside');
      await mover?.move('contacts');
      await mover?.admit(false);
      await mover?.eject();
      await mover?.retain();
      expect(told).toEqual(['front', '0 in', 'inside', 'contacts', 'front', '0 out', 'none']);
    });
  });
});

const VERSION = '< 02000E3030435254203331302056332E300303\n';
const OPEN = `> 02000230300303\n< 06\n> 05\n${VERSION}`;
const UP = goldenExchange('crt-02-t1').split('\n').slice(5, 17).join('\n').concat('\n');
const STATUS = '> 02000231300302\n';
const AT_CONTACTS = '< 02000531304B4A4E034A\n';
const ASK = '> 0200093732000500840000080384\n';
const ANSWER = '< 02000F373259000A112233445566778890000340\n';
const up = async (unit: Unit) => {
  await unit.powerOn(0, 'cold', BOTH);
  return unit;
};

describe('the flow of an 02 unit', () => {
  it('sends a frame until it is taken, and ENQ once', async () => {
    const script = `${OPEN}${UP}${ASK}> 04\n< 04\n${ASK}< 15\n${ASK}< 06\n> 05\n${ANSWER}`;
    await play(script, async (unit) => expect(await challenge(await up(unit))).toBe(RANDOM));
  });

  it('has given the card nothing when no frame was taken', async () => {
    const silence = `${ASK}> 04\n${ASK}> 04\n${ASK}> 04\n> 04\n`;
    await play(`${OPEN}${UP}${silence}`, async (unit) => {
      expect(await failure(challenge(await up(unit)))).toEqual(['unit-silent', 'no-acknowledge', 'not-done']);
    });
    await play(`${OPEN}${UP}${`${ASK}< 15\n`.repeat(3)}> 04\n< 04\n`, async (unit) => {
      expect(await failure(challenge(await up(unit)))).toEqual(['unit-refused', 'frame-refused', 'not-done']);
    });
  });

  it('asks once more where a question changes nothing', async () => {
    const ask = `${STATUS}< 06\n> 05\n`;
    await play(`${OPEN}${ask}< 02000531304B4A4E034B\n${ask}${AT_CONTACTS}`, async (unit) => {
      expect(await unit.presence(0)).toBe('present');
    });
  });

  it('does not ask a card again: nobody knows what it did', async () => {
    const bad = ANSWER.replace('0340', '0341');
    await play(`${OPEN}${UP}${ASK}< 06\n> 05\n${bad}> 04\n< 04\n`, async (unit) => {
      expect(await failure(challenge(await up(unit)))).toEqual(['unit-silent', 'answer-damaged', 'unknown']);
    });
    await play(`${OPEN}${UP}${ASK}< 06\n> 05\n> 04\n< 04\n`, async (unit) => {
      expect(await failure(challenge(await up(unit)))).toEqual(['card-mute', undefined, 'unknown']);
    });
  });

  it('goes without ENQ, and with a result in front, where the unit is so', async () => {
    const script = `> 02000230300303\n< 06 | 02000E5030304352543331302056332E300373\n> 02000231300302\n< 15\n> 02000231300302\n< 06 | 0200065031304B4A4E0319`;
    await play(script, async (unit) => expect(await unit.presence(0)).toBe('present'), {
      options: { enq: 'no', head: 'yes' },
    });
  });

  it('is looked for at other speeds, and set to the one asked for', async () => {
    const script = `> 02000230300303\nspeed 9600\n${OPEN}> 02000234350302\n< 06\n> 05\n< 020003343559035A\nspeed 38400\n${OPEN}`;
    const port = await play(script, async () => {}, { baud: 38_400 });
    expect(port.baud).toBe(38_400);
  });
});

describe('a card in an 02 unit', () => {
  const failed = '< 02000337324E0349\n';
  it('that was pulled has failed: where it is, is asked', async () => {
    const none = '< 02000531304E4A4E034F\n';
    await play(`${OPEN}${UP}${ASK}< 06\n> 05\n${failed}${STATUS}< 06\n> 05\n${none}`, async (unit, told) => {
      expect(await failure(challenge(await up(unit)))).toEqual(['card-removed', 'failed', 'unknown']);
      expect(told.slice(-2)).toEqual(['none', '0 out']);
    });
  });

  it('that fails has to be reset', async () => {
    await play(`${OPEN}${UP}${ASK}< 06\n> 05\n${failed}${STATUS}< 06\n> 05\n${AT_CONTACTS}`, async (unit) => {
      expect(await failure(challenge(await up(unit)))).toEqual(['card-mute', 'failed', 'unknown']);
      expect(await failure(challenge(unit))).toEqual(['card-reset', undefined, 'not-done']);
    });
  });

  it('that is not there gets no power', async () => {
    await play(`${OPEN}${STATUS}< 06\n> 05\n< 02000531304E4A4E034F\n`, async (unit) => {
      expect(await failure(unit.powerOn(0, 'cold', BOTH))).toEqual(['no-card', undefined, 'not-done']);
    });
  });

  it('that jams is said by the motor', async () => {
    const jam = '> 020002322E031F\n< 06\n> 05\n< 020003322E4E0350\n';
    const lacking = '> 02000232330302\n< 06\n> 05\n< 0200034E3202037C\n';
    await play(`${OPEN}${jam}${lacking}`, async ({ mover }) => {
      expect(await failure(mover?.move('inside') as Promise<void>)).toEqual(['unit-refused', 'failed', 'unknown']);
      expect(await failure(mover?.retain() as Promise<void>)).toEqual(['unsupported', 'cannot-be-done', 'not-done']);
    });
  });
});
