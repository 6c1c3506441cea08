import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { Protocol } from '../../../drivers/reader.ts';
import { crtF2Policy } from '../../../drivers/units/crt-f2/policy.ts';
import { crtF2, crtF2Protocol } from '../../../drivers/units/crt-f2/unit.ts';
import type { Unit } from '../../../drivers/units/unit.ts';
import { failure, type Place, playUnit, type Told } from './golden-unit.ts';
import { goldenExchange } from './scripted-port.ts';

const BOTH: readonly Protocol[] = ['T=0', 'T=1'];
const CHALLENGE = fromHex('0084000008');
const RANDOM = '11223344556677889000';
const ATR = '3B6800000073C84000009000';
const quick = crtF2Protocol({
  ...crtF2Policy,
  times: { acknowledge: 40, late: 40, query: 100, power: 100, move: 100 },
});
const play = (script: string, work: (unit: Unit, told: Told) => Promise<void>, place?: Place) =>
  playUnit(quick, script, work, place);
const golden = (name: string, work: (unit: Unit, told: Told) => Promise<void>, place?: Place) =>
  play(goldenExchange(name), work, place);
const challenge = async (unit: Unit, slot = 0) => toHex(await unit.transmit(slot, CHALLENGE, { timeout: 300 }));

describe('an F2 unit', () => {
  it('is initialised, takes the card to its contacts, and carries APDUs', async () => {
    const port = await golden('crt-f2', async (unit, told) => {
      expect(unit.identity).toBe('CRT-591-M001');
      expect(unit.slots.map(({ kind, chains }) => [kind, chains])).toEqual([
        ['card', false],
        ...Array(5).fill(['sam', false]),
      ]);
      expect(await unit.powerOn(0, 'cold', BOTH)).toEqual({ atr: fromHex(ATR), protocol: 'T=0' });
      expect(await challenge(unit)).toBe(RANDOM);
      await unit.powerOff(0);
      expect(told).toEqual(['none', 'inside', '0 in', 'contacts']);
    });
    expect(port.settings).toEqual({ baud: 9_600 });
  });

  it('has a SAM socket selected when another one was used', async () => {
    await golden('crt-f2-sam', async (unit) => {
      expect(await unit.presence(2)).toBe('unknown');
      expect((await unit.powerOn(2, 'cold', BOTH)).protocol).toBe('T=0');
      expect(await challenge(unit, 2)).toBe(RANDOM);
      expect(await challenge(unit, 2)).toBe(RANDOM);
      expect((await unit.powerOn(1, 'cold', BOTH)).protocol).toBe('T=1');
      expect(await challenge(unit, 1)).toBe(RANDOM);
      expect(await challenge(unit, 2)).toBe(RANDOM);
    });
  });

  it('has an address', async () => {
    await golden('crt-f2-address', async (unit) => expect(await unit.presence(0)).toBe('absent'), {
      options: { addr: '5' },
    });
  });

  it('gets a frame again that it did not take, and repeats an answer that came damaged', async () => {
    await golden('crt-f2-link', async (unit) => {
      await unit.powerOn(0, 'cold', BOTH);
      expect(await challenge(unit)).toBe(RANDOM);
    });
  });

  it('is looked for at all its speeds', async () => {
    const port = await golden('crt-f2-speed', async () => {});
    expect(port.baud).toBe(57_600);
  });

  it('moves the card, and tells where it is', async () => {
    await golden('crt-f2-move', async ({ mover }, told) => {
      await mover?.admit(true);
      expect(await mover?.position()).toBe('inside');
      await mover?.move('inside');
      await mover?.move('contacts');
      await mover?.admit(false);
      await mover?.eject();
      expect(await mover?.position()).toBe('front');
      await mover?.retain();
      expect(told).toEqual(['none', 'inside', '0 in', 'contacts', 'front', '0 out', 'none']);
    });
  });

  it('without a motor has no mover', async () => {
    const script = goldenExchange('crt-f2-address').split('\n').slice(0, 5).join('\n');
    await play(script, async (unit) => expect(unit.mover).toBeUndefined(), { options: { addr: '5', motor: 'no' } });
  });

  it('does not know an address above 15', async () => {
    const place = { ports: undefined as never, port: 'x', options: new Map([['addr', '16']]) };
    await expect(crtF2.open(place, undefined as never)).rejects.toMatchObject({ code: 'address-malformed' });
  });
});

const OPEN = '> F200000343303303B2\n< 06\n< F20000125030333030304352542D3539312D4D3030310384\n> 06\n';
const UP = goldenExchange('crt-f2').split('\n').slice(5, 17).join('\n').concat('\n');
const STATUS = '> F200000343313003B0\n';
const INSIDE = '< 06\n< F20000065031303231300395\n> 06\n';
const GONE = '< 06\n< F20000065031303031300397\n> 06\n';
const ASK = '> F20000084351390084000008035E\n';
const ANSWER = '< F20000105051393230301122334455667788900003F3\n> 06\n';
const BAD = '< F20000105051393230301122334455667788900003FF\n> 15\n';
const EOT = '> 04\n< 04\n';
const up = async (unit: Unit) => {
  await unit.powerOn(0, 'cold', BOTH);
  return unit;
};

describe('a command that an F2 unit does not acknowledge', () => {
  it('is sent again behind EOT, three times in all', async () => {
    await play(`${OPEN}${STATUS}${EOT}${STATUS}${EOT}${STATUS}${INSIDE}`, async (unit) => {
      expect(await unit.presence(0)).toBe('present');
    });
    await play(`${OPEN}${STATUS}${EOT}${STATUS}${EOT}${STATUS}${EOT}`, async (unit) => {
      expect(await failure(unit.presence(0))).toEqual(['unit-silent', 'no-acknowledge', 'unknown']);
    });
  });

  it('and is an APDU, is waited for and never sent again', async () => {
    await play(`${OPEN}${UP}${ASK}pause 60\n< 06\n${ANSWER}`, async (unit) => {
      expect(await challenge(await up(unit))).toBe(RANDOM);
    });
    await play(`${OPEN}${UP}${ASK}${EOT}`, async (unit) => {
      expect(await failure(challenge(await up(unit)))).toEqual(['unit-silent', 'no-acknowledge', 'unknown']);
    });
  });

  it('but answers, was taken', async () => {
    await play(`${OPEN}${UP}${ASK}${ANSWER}`, async (unit) => expect(await challenge(await up(unit))).toBe(RANDOM));
  });

  it('with NAK each time was not given to the card', async () => {
    await play(`${OPEN}${UP}${`${ASK}< 15\n`.repeat(3)}${EOT}`, async (unit) => {
      expect(await failure(challenge(await up(unit)))).toEqual(['unit-refused', 'frame-refused', 'not-done']);
    });
  });
});

describe('an answer of an F2 unit', () => {
  it('is asked for again three times, and then unknown', async () => {
    await play(`${OPEN}${UP}${ASK}< 06\n${BAD}${BAD}${BAD}${ANSWER}`, async (unit) => {
      expect(await challenge(await up(unit))).toBe(RANDOM);
    });
    const last = BAD.replace('> 15\n', '');
    await play(`${OPEN}${UP}${ASK}< 06\n${BAD}${BAD}${BAD}${last}${EOT}`, async (unit) => {
      expect(await failure(challenge(await up(unit)))).toEqual(['unit-silent', 'answer-damaged', 'unknown']);
    });
  });

  it('that does not come in time stops the unit; nobody knows what the card did', async () => {
    await play(`${OPEN}${UP}${ASK}< 06\n${EOT}${STATUS}${INSIDE}${ASK}< 06\n${ANSWER}`, async (unit) => {
      expect(await failure(challenge(await up(unit)))).toEqual(['card-mute', undefined, 'unknown']);
      expect(await challenge(unit)).toBe(RANDOM);
    });
  });

  it('to another command is acknowledged and left', async () => {
    await play(`${OPEN}${UP}${ASK}< 06\n< F20000065031303231300395\n> 06\n${ANSWER}`, async (unit) => {
      expect(await challenge(await up(unit))).toBe(RANDOM);
    });
  });

  it('of another unit on the line is none of ours', async () => {
    const other = '< F20500105051393230301122334455667788900003F6\n';
    await play(`${OPEN}${UP}${ASK}< 06\n${other}${ANSWER}`, async (unit) => {
      expect(await challenge(await up(unit))).toBe(RANDOM);
    });
  });
});

describe('a card in an F2 unit', () => {
  const refused = (error: string) =>
    ({ 63: '< 06\n< F20000054551393633' + '03DC\n> 06\n', 64: '< 06\n< F2000005455139363403DB\n> 06\n' })[error];

  it('that was pulled is mute to the unit: where it is, is asked', async () => {
    await play(`${OPEN}${UP}${ASK}${refused('63')}${STATUS}${GONE}`, async (unit, told) => {
      expect(await failure(challenge(await up(unit)))).toEqual(['card-removed', 'mute', 'unknown']);
      expect(told.slice(-2)).toEqual(['none', '0 out']);
    });
  });

  it('that is mute has no power: nothing is sent to it before a reset', async () => {
    await play(`${OPEN}${UP}${ASK}${refused('63')}${STATUS}${INSIDE}`, async (unit) => {
      expect(await failure(challenge(await up(unit)))).toEqual(['card-mute', 'mute', 'unknown']);
      expect(await failure(challenge(unit))).toEqual(['card-reset', undefined, 'not-done']);
    });
  });

  it('that left with its answer has given it', async () => {
    const left = '< 06\n< F20000105051393030301122334455667788900003F1\n> 06\n';
    await play(`${OPEN}${UP}${ASK}${left}`, async (unit, told) => {
      expect(await challenge(await up(unit))).toBe(RANDOM);
      expect(told.slice(-2)).toEqual(['none', '0 out']);
      expect(await failure(challenge(unit))).toEqual(['card-removed', undefined, 'not-done']);
    });
  });

  it('that was given back is its holder’s until the mouth was empty', async () => {
    const eject = '> F200000343323903BA\n< 06\n< F20000065032393130300' + '39D\n> 06\n';
    const front = '< 06\n< F20000065031303130300397\n> 06\n';
    const script = `${OPEN}${eject}${STATUS}${front}${STATUS}${GONE}${STATUS}${front}`;
    await play(script, async (unit) => {
      await unit.mover?.eject();
      expect(await unit.presence(0)).toBe('absent');
      expect(await unit.presence(0)).toBe('absent');
      expect(await unit.presence(0)).toBe('present');
    });
  });
});

describe('a unit of F2', () => {
  const refused = '> F200000343313003B0\n< 06\n< F2000005453130423003C2\n> 06\n';

  it('that lost its power is initialised, and asked again', async () => {
    await play(`${OPEN}${refused}${OPEN}${STATUS}${INSIDE}`, async (unit) => {
      expect(await unit.presence(0)).toBe('present');
    });
  });

  it('that says so for ever is asked once more only', async () => {
    await play(`${OPEN}${refused}${OPEN}${refused}${OPEN}`, async (unit) => {
      expect(await failure(unit.presence(0))).toEqual(['unit-refused', 'not-initialised', 'not-done']);
    });
  });

  it('that lost its power before an APDU has not given it to the card', async () => {
    const lost = '> F20000084351390084000008035E\n< 06\n< F2000005455139423003AB\n> 06\n';
    await play(`${OPEN}${UP}${lost}${OPEN}${STATUS}${INSIDE}`, async (unit) => {
      // The contacts were let go.
      expect(await failure(challenge(await up(unit)))).toEqual(['card-removed', 'not-initialised', 'not-done']);
    });
  });

  it('that lost its power before the reset of a PSAM resets it then', async () => {
    const lost = '> F20000044352303503E1\n< 06\n< F2000005455230423003A1\n> 06\n';
    await play(
      `${OPEN}${lost}${OPEN}> F20000044352303503E1\n< 06\n< F2000013505230303030303B6800000073C8400000900003E8\n> 06\n`,
      async (unit) => {
        expect((await unit.powerOn(1, 'cold', BOTH)).atr).toEqual(fromHex(ATR));
      },
    );
  });

  it('gives the other supply to a PSAM that cannot be activated', async () => {
    await play(
      `${OPEN}> F20000044352303503E1\n< 06\n< F2000005455230363103D4\n> 06\n> F20000044352303303E7\n< 06\n< F2000013505230303030303B6800000073C8400000900003E8\n> 06\n`,
      async (unit) => {
        expect((await unit.powerOn(1, 'cold', BOTH)).atr).toEqual(fromHex(ATR));
      },
    );
  });

  it('has an empty socket where none of them does', async () => {
    await play(
      `${OPEN}> F20000044352303503E1\n< 06\n< F2000005455230363103D4\n> 06\n> F20000044352303303E7\n< 06\n< F2000005455230363103D4\n> 06\n`,
      async (unit) => {
        expect(await failure(unit.powerOn(1, 'cold', BOTH))).toEqual(['no-card', 'activation-failed', 'unknown']);
      },
    );
  });

  it('gives the supply that was asked for only', async () => {
    await play(
      `${OPEN}> F20000044352303303E7\n< 06\n< F2000005455230363103D4\n> 06\n`,
      async (unit) => {
        expect(((await failure(unit.powerOn(1, 'cold', BOTH))) as string[])[0]).toBe('no-card');
      },
      { options: { voltage: '5' } },
    );
  });

  it('that finds a card not to be of EMV has it on all the same', async () => {
    await play(
      `${OPEN}> F20000044352303503E1\n< 06\n< F20000124552303639303B6800000073C8400000900003C3\n> 06\n`,
      async (unit) => {
        expect(await unit.powerOn(1, 'cold', BOTH)).toEqual({ atr: fromHex(ATR), protocol: 'T=0' });
      },
    );
  });

  it('is told the protocol that the caller fixed', async () => {
    const script = `> F20000044352303503E1\n< 06\n< F2000013505230303030303B6800000073C8400000900003E8\n> 06\n> F200000843523300840000080357\n< 06\n< F200000850523330303090000368\n> 06\n`;
    await play(`${OPEN}${script}`, async (unit) => {
      await unit.powerOn(1, 'cold', ['T=0']);
      expect(await challenge(unit, 1)).toBe('9000');
    });
  });

  it('without the place that is asked for says so', async () => {
    await play(`${OPEN}> F200000343333003B2\n< 06\n< F2000005453330303303B1\n> 06\n`, async ({ mover }) => {
      expect(await failure(mover?.admit(true) as Promise<void>)).toEqual(['unsupported', 'hardware', 'not-done']);
    });
  });
});
