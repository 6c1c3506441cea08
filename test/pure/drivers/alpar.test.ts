import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { Protocol } from '../../../drivers/reader.ts';
import * as commands from '../../../drivers/units/alpar/commands.ts';
import { alparFrame, alparFramer } from '../../../drivers/units/alpar/framer.ts';
import { alparPolicy } from '../../../drivers/units/alpar/policy.ts';
import { alpar, alparProtocol } from '../../../drivers/units/alpar/unit.ts';
import { refusalError } from '../../../drivers/units/refusals.ts';
import type { Unit } from '../../../drivers/units/unit.ts';
import { failure, type Place, playUnit, type Told } from './golden-unit.ts';
import { goldenExchange } from './scripted-port.ts';

const BOTH: readonly Protocol[] = ['T=0', 'T=1'];
const CHALLENGE = fromHex('0084000008');
const RANDOM = '11223344556677889000';
const ATR = '3B6800000073C84000009000';
const quick = alparProtocol({
  ...alparPolicy,
  wakes: [5, 10],
  times: { identify: 40, query: 40, power: 60, beforeRetry: 5, afterSpeed: 5 },
});
const play = (script: string, work: (unit: Unit, told: Told) => Promise<void>, place?: Place) =>
  playUnit(quick, script, work, place);
const golden = (name: string, work: (unit: Unit, told: Told) => Promise<void>, place?: Place) =>
  play(goldenExchange(name), work, place);

const vectors: readonly { id: string; hex: string; [member: string]: unknown }[] = JSON.parse(
  readFileSync(new URL('../../../fixtures/vectors/readers/alpar.json', import.meta.url), 'utf8'),
).vectors;
const hexOf = (id: string) => vectors.find((vector) => vector.id === id)?.hex;
const eventsOf = (id: string) => alparFramer().push(fromHex(hexOf(id) ?? ''));
const dataOf = (id: string) => {
  const event = eventsOf(id).find(({ kind }) => kind === 'frame');
  return event?.kind === 'frame' ? event.data : new Uint8Array(0);
};

describe('commands of ALPAR are those of the vectors', () => {
  const SELECT = '00A404000F7378312E73682EC9E7BBE1B1A3D5CF';
  it.each([
    ['alp-01', commands.identify],
    ['alp-03', commands.checkPresence],
    ['alp-06', commands.powerUp('auto')],
    ['alp-07', commands.powerUp('3')],
    ['alp-09', commands.powerUp('5')],
    ['alp-11', commands.powerUp('1.8')],
    ['alp-15', commands.cardCommand(CHALLENGE)],
    ['alp-18', commands.powerOff],
    ['alp-22', commands.setSpeed(alparPolicy.speedCodes.get(115_200) ?? 0)],
    ['alp-25', commands.cardCommand(fromHex(SELECT))],
  ])('%s', (id, { code, data }) => {
    expect(toHex(alparFrame(code, data))).toBe(hexOf(id));
  });

  it('alp-24 wakes', () => {
    expect(toHex(commands.WAKE)).toBe(hexOf('alp-24'));
  });

  it('the checks of EMV, and what the driver has no use for, are never sent', () => {
    const sent = [
      commands.identify,
      commands.checkPresence,
      commands.powerOff,
      ...(['auto', '5', '3', '1.8'] as const).map(commands.powerUp),
    ].map(({ code, data }) => toHex(alparFrame(code, data)));
    for (const id of ['alp-08', 'alp-10', 'alp-23']) expect(sent).not.toContain(hexOf(id));
  });
});

describe('answers of ALPAR', () => {
  it.each(['alp-04', 'alp-05'])('%s tells whether a card is in', (id) => {
    const present = vectors.find((vector) => vector.id === id)?.['present'];
    expect(commands.readPresence(dataOf(id))).toBe(present ? 'present' : 'absent');
  });

  it.each([
    ['alp-13', 'reset', 'no-card', 'no-card', 'unknown'],
    ['alp-14', 'reset', 'card-unresponsive', 'mute', 'unknown'],
    ['alp-17', 'command', 'card-mute', 'mute', 'unknown'],
    ['alp-28', 'command', 'unit-refused', 'frame-damaged', 'not-done'],
  ] as const)('%s is a refusal', (id, during, code, reason, outcome) => {
    const error = refusalError(alparPolicy.refusals, dataOf(id)[0] ?? 0, during);
    expect([error.code, error.details.reason, error.details.outcome]).toEqual([code, reason, outcome]);
    expect(error.details.platformCode).toBe(dataOf(id)[0]);
  });

  it('that are cut to the Le asked for keep their status word', () => {
    expect(toHex(commands.cutTo(2, fromHex('6F0784059000')))).toBe('6F079000');
    expect(toHex(commands.cutTo(2, fromHex('6A82')))).toBe('6A82');
  });

  it.each([
    ['00A40000023F0002', 2],
    ['00A40000023F0001', 1],
    ['00A40000023F0003', undefined],
    ['00A40000023F00', undefined],
    ['0084000002', undefined],
    ['00840000', undefined],
  ])('%s asks mask 06 for a short answer behind data: %s', (apdu, le) => {
    expect(commands.shortLe(fromHex(apdu))).toBe(le);
  });
});

describe('an ALPAR module', () => {
  it('tells who it is, whether a card is in, and carries APDUs', async () => {
    const port = await golden('alpar', async (unit) => {
      expect(unit.identity).toBe('07 Release 1.0');
      expect(unit.slots).toEqual([{ index: 0, kind: 'card', interface: 'contact', chains: false }]);
      expect(await unit.presence(0)).toBe('present');
      expect(await unit.powerOn(0, 'cold', BOTH)).toEqual({ atr: fromHex(ATR), protocol: 'T=0' });
      expect(toHex(await unit.transmit(0, CHALLENGE))).toBe(RANDOM);
      await unit.powerOff(0);
    });
    expect(port.settings).toEqual({ baud: 38_400 });
  });

  it('that sleeps is woken', async () => {
    await golden('alpar-asleep', async () => {});
  });

  it('is looked for at the other speed', async () => {
    const port = await golden('alpar-fast', async () => {});
    expect(port.baud).toBe(115_200);
  });

  it('is set to the speed asked for', async () => {
    const port = await golden('alpar-set-speed', async () => {}, { baud: 115_200 });
    expect(port.settings).toEqual({ baud: 115_200 });
    expect(port.baud).toBe(115_200);
  });

  it('gets a frame again that it did not take', async () => {
    await golden('alpar-retry', async (unit) => {
      await unit.powerOn(0, 'cold', BOTH);
      expect(toHex(await unit.transmit(0, CHALLENGE))).toBe(RANDOM);
    });
  });

  it('of mask 06 is not asked for one or two bytes behind data', async () => {
    await golden('alpar-mask-06', async (unit) => {
      await unit.powerOn(0, 'cold', BOTH);
      expect(toHex(await unit.transmit(0, fromHex('00A40000023F0002')))).toBe('6F079000');
    });
  });

  it('with two sockets is told which one when that changes', async () => {
    await golden(
      'alpar-sockets',
      async (unit) => {
        expect(unit.slots.map(({ kind }) => kind)).toEqual(['card', 'sam']);
        expect(await unit.presence(1)).toBe('unknown');
        await unit.powerOn(1, 'cold', BOTH);
        await unit.transmit(1, CHALLENGE);
        expect(await unit.presence(0)).toBe('absent');
        await unit.transmit(1, CHALLENGE);
      },
      { options: { slots: '2' } },
    );
  });

  it('that holds a PSAM is a SAM socket', async () => {
    await golden(
      'alpar-asleep',
      async (unit) => {
        expect(unit.slots).toEqual([{ index: 1, kind: 'sam', interface: 'contact', chains: false }]);
        expect(await unit.presence(1)).toBe('unknown');
      },
      { options: { kind: 'sam' } },
    );
  });

  it.each([
    [{ kind: 'psam' }, 'kind'],
    [{ speed: '9600' }, 'speed'],
  ])('does not know %o', async (options, place) => {
    const map = new Map(Object.entries(options));
    const opening = alpar.open({ ports: undefined as never, port: 'x', options: map }, undefined as never);
    await expect(opening).rejects.toMatchObject({ code: 'address-malformed', details: { place } });
  });
});

const HELLO = '> 600000 0A 6A\n< 60000E0A30372052656C6561736520312E3005\n';
const UP = '> 6000004D2D\n< 6000004D2D\n> 6000016E000F\n< 60000C6E3B6800000073C840000090003A\n';
const ASK = '> 600005000084000008E9\n';
const ANSWER = '60000A001122334455667788900072';
const up = async (unit: Unit) => {
  await unit.powerOn(0, 'cold', BOTH);
  return unit;
};
const challenge = (unit: Unit, timeout = 50) => unit.transmit(0, CHALLENGE, { timeout });

describe('a card in an ALPAR module', () => {
  it('that comes and goes is told, also between command and answer', async () => {
    await play(`${HELLO}${UP}${ASK}< 600001A000C1 600001A001C0 | ${ANSWER}`, async (unit, told) => {
      expect(toHex(await challenge(await up(unit)))).toBe(RANDOM);
      expect(told).toEqual(['0 out', '0 in']);
    });
  });

  it('that is pulled is removed, and nobody knows what it did', async () => {
    await play(`${HELLO}${UP}${ASK}< 600001A000C1 E00001008160`, async (unit, told) => {
      expect(await failure(challenge(await up(unit)))).toEqual(['card-removed', undefined, 'unknown']);
      expect(told).toEqual(['0 out']);
    });
  });

  it('that the module switched off is looked for', async () => {
    const off = `${ASK}< E0000100A140\n> 6000000969\n`;
    await play(`${HELLO}${UP}${off}< 600001090068`, async (unit) => {
      expect(await failure(challenge(await up(unit)))).toEqual(['card-removed', undefined, 'unknown']);
    });
    await play(`${HELLO}${UP}${off}< 600001090169`, async (unit) => {
      expect(await failure(challenge(await up(unit)))).toEqual(['card-reset', 'switched-off', 'unknown']);
    });
  });

  it('is reset warm by power up alone, cold by power off and on', async () => {
    const on = '> 6000016E000F\n< 60000C6E3B6800000073C840000090003A\n';
    await play(`${HELLO}${UP}${on}${UP}`, async (unit) => {
      await unit.powerOn(0, 'warm', BOTH);
      await unit.powerOn(0, 'warm', BOTH);
      await unit.powerOn(0, 'cold', BOTH);
    });
  });

  it('that runs another protocol than wanted is refused', async () => {
    await play(`${HELLO}${UP}`, async (unit) => {
      expect(((await failure(unit.powerOn(0, 'cold', ['T=1']))) as string[])[0]).toBe('protocol-mismatch');
    });
  });

  it('gets no extended APDU through a module for short ones', async () => {
    await play(HELLO, async (unit) => {
      const extended = unit.transmit(0, fromHex('00B00000000200'));
      expect(await failure(extended)).toEqual(['unsupported', 'extended-length', 'not-done']);
    });
  });
});

describe('an answer of an ALPAR module that is lost', () => {
  it('is not asked for again: nobody knows what the card did', async () => {
    await play(`${HELLO}${UP}${ASK}< ${ANSWER.slice(0, -2)}73`, async (unit) => {
      expect(await failure(challenge(await up(unit)))).toEqual(['unit-silent', 'answer-damaged', 'unknown']);
    });
  });

  it('in time is that of a mute card', async () => {
    await play(`${HELLO}${UP}${ASK}`, async (unit) => {
      expect(await failure(challenge(await up(unit), 30))).toEqual(['card-mute', undefined, 'unknown']);
    });
  });

  it('is asked for again where the question changes nothing, three times', async () => {
    const presence = '> 6000000969\n';
    await play(`${HELLO}${presence}< 600001090100\n${presence}< 600001090169`, async (unit) => {
      expect(await unit.presence(0)).toBe('present');
    });
    await play(`${HELLO}${`${presence}< 600001090100\n`.repeat(3)}`, async (unit) => {
      expect(await failure(unit.presence(0))).toEqual(['unit-silent', 'answer-damaged', 'not-done']);
    });
  });

  it('and comes later is not that of the next command', async () => {
    const again = `< ${ANSWER}\n${HELLO}${UP}`;
    await play(`${HELLO}${UP}${ASK}pause 50\n${again}`, async (unit) => {
      await up(unit);
      await failure(challenge(unit, 20));
      await unit.powerOn(0, 'cold', BOTH);
    });
  });

  it('is told from an answer to another command', async () => {
    await play(`${HELLO}${UP}${ASK}< 600001090169 ${ANSWER}`, async (unit) => {
      expect(toHex(await challenge(await up(unit)))).toBe(RANDOM);
    });
  });
});

it('a frame that an ALPAR module does not take twice was not given to the card', async () => {
  const refused = `${ASK}< E0000100F011\n`;
  await play(`${HELLO}${UP}${refused}${refused}`, async (unit) => {
    expect(await failure(challenge(await up(unit)))).toEqual(['unit-refused', 'frame-damaged', 'not-done']);
  });
});

it('nothing that answers is no ALPAR module', async () => {
  const silent = '> 6000000A6A\n> AA\n> 6000000A6A\n> AA\n> 6000000A6A\n';
  await playUnit(quick, `${silent}speed 115200\n${silent}`, async () => {}).then(
    () => expect.unreachable(),
    (error) => expect(error).toMatchObject({ code: 'unit-silent' }),
  );
});
