import { describe, expect, it, vi } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { SscardError } from '../../../apdu/errors.ts';
import type { Protocol } from '../../../drivers/reader.ts';
import { ccidAcs } from '../../../drivers/units/ccid-acs/unit.ts';
import { ccidGemplus } from '../../../drivers/units/ccid-gemplus/unit.ts';
import type { Unit, UnitProtocol } from '../../../drivers/units/unit.ts';
import { goldenExchange, ScriptedPort } from './scripted-port.ts';

const BOTH: readonly Protocol[] = ['T=0', 'T=1'];
const CHALLENGE = fromHex('0084000008');
const RANDOM = '11223344556677889000';
const VERIFY_CODE = 0x42330006;
const MODIFY_CODE = 0x42330007;
const VERIFY = fromHex('1E008103000606020109040000000008000000' + '0020000003FFFFFF');
const MODIFY = fromHex('1E00810300000406060102030904000102000000' + '0B000000' + '0024000006FFFFFFFFFFFF');

interface Place {
  readonly baud?: number;
  readonly options?: Readonly<Record<string, string>>;
}

/** Plays an exchange to its end with a unit that does `work`. */
async function play(
  protocol: UnitProtocol,
  name: string,
  { baud, options = {} }: Place,
  work: (unit: Unit, cards: unknown[][]) => Promise<void>,
) {
  const port = new ScriptedPort(goldenExchange(name));
  const cards: unknown[][] = [];
  const listener = { card: (...seen: unknown[]) => cards.push(seen), moved: vi.fn(), gone: vi.fn() };
  const place = { ports: port, port: 'script', options: new Map(Object.entries(options)) };
  await using unit = await protocol.open({ ...place, ...(baud !== undefined && { baud }) }, listener);
  await work(unit, cards);
  expect(port.rest).toEqual([]);
  return { port, unit };
}

const gemplus = (name: string, work: Parameters<typeof play>[3], place: Place = {}) =>
  play(ccidGemplus, `ccid-gemplus-${name}`, place, work);
const acs = (name: string, work: Parameters<typeof play>[3], place: Place = {}) =>
  play(ccidAcs, `ccid-acs-${name}`, place, work);

const challenge = async (unit: Unit, slot = 0) => toHex(await unit.transmit(slot, CHALLENGE));
const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    ({ code, details: { reason, outcome, platformCode } }: SscardError) => [code, reason, outcome, platformCode],
  );

describe('a Gemplus unit', () => {
  it('that echoes gives the card, and tells of cards that come', async () => {
    const { port, unit } = await gemplus('twin', async (twin, cards) => {
      expect(await twin.presence(0)).toBe('present');
      expect(await twin.powerOn(0, 'cold', BOTH)).toEqual({
        atr: fromHex('3B6800000073C84000009000'),
        protocol: 'T=0',
      });
      expect(await challenge(twin)).toBe(RANDOM);
      expect(cards).toEqual([[0, true]]);
      await twin.powerOff(0);
    });
    expect(port.settings).toEqual({ baud: 115_200, stopBits: 2, rts: false });
    expect(unit.identity).toBe('GemTwin-V2.00-GL04');
    expect(unit.slots).toEqual([{ index: 0, kind: 'card', interface: 'contact', chains: true }]);
    expect(unit.control).toBeUndefined();
  });

  it('gets a frame again that it did not take, gives an answer again that was damaged, and is waited for', async () => {
    await gemplus('link', async (unit) => {
      await unit.powerOn(0, 'cold', BOTH);
      for (let time = 0; time < 3; time++) expect(await challenge(unit)).toBe(RANDOM);
    });
  });

  it('whose answers stay damaged leaves the outcome unknown, and is asked who it is', async () => {
    await gemplus('damaged', async (unit) => {
      await unit.powerOn(0, 'cold', BOTH);
      expect(await failure(challenge(unit))).toEqual(['card-mute', 'answer-damaged', 'unknown', undefined]);
      expect(await unit.presence(0)).toBe('present');
    });
  });

  it('that takes no frame has not given it to the card, and is asked who it is', async () => {
    await gemplus('refused', async (unit) => {
      await unit.powerOn(0, 'cold', BOTH);
      expect(await failure(challenge(unit))).toEqual(['unit-refused', 'frame-refused', 'not-done', undefined]);
      expect(await unit.presence(0)).toBe('present');
    });
  });

  it('whose card is pulled says so, without an answer to the command', async () => {
    await gemplus('gone', async (unit, cards) => {
      await unit.powerOn(0, 'cold', BOTH);
      expect(await failure(challenge(unit))).toEqual(['card-removed', 'no-answer', 'unknown', undefined]);
      expect(cards).toEqual([[0, false]]);
    });
  });

  it('says why a command failed', async () => {
    await gemplus('failed', async (unit) => {
      await unit.powerOn(0, 'cold', BOTH);
      expect(await failure(challenge(unit))).toEqual(['card-protocol', 'parity', 'unknown', 0xfd]);
      expect(await failure(challenge(unit))).toEqual(['card-mute', 'card-mute', 'unknown', 0xfe]);
      expect(await failure(challenge(unit))).toEqual(['card-removed', 'no-card', 'unknown', 0xfe]);
      expect(await failure(challenge(unit))).toEqual(['unit-refused', 'length', 'not-done', 0x01]);
    });
  });

  it('does not hand up what no card answers', async () => {
    await gemplus('odd', async (unit) => {
      await unit.powerOn(0, 'cold', BOTH);
      const write = unit.transmit.bind(unit, 0, fromHex('00D6000001AA'));
      expect(await failure(challenge(unit))).toEqual(['card-protocol', 'length', 'unknown', undefined]);
      expect(await failure(challenge(unit))).toEqual(['card-protocol', 'length', 'unknown', undefined]);
      expect(await failure(write())).toEqual(['card-protocol', 'length', 'unknown', undefined]);
      expect(await failure(challenge(unit))).toEqual(['card-protocol', 'status-word', 'unknown', undefined]);
    });
  });

  it('has SAM sockets that power on decides about, at the voltage that the card wants', async () => {
    const { unit } = await gemplus('sam', async (pos) => {
      expect(await pos.presence(3)).toBe('unknown');
      expect((await pos.powerOn(3, 'cold', BOTH)).protocol).toBe('T=0');
      expect(await challenge(pos, 3)).toBe(RANDOM);
      await pos.powerOn(3, 'warm', BOTH);
    });
    expect(unit.slots.map(({ index, kind }) => [index, kind])).toEqual([
      [0, 'card'],
      [1, 'sam'],
      [2, 'sam'],
      [3, 'sam'],
      [4, 'sam'],
    ]);
  });

  it('negotiates the speed of the card', async () => {
    await gemplus('pps', async (unit) => {
      expect((await unit.powerOn(0, 'cold', BOTH)).protocol).toBe('T=0');
    });
  });

  it('stays at the default speed with a card that does not negotiate, or leaves the speed out', async () => {
    await gemplus('pps-refused', async (unit) => {
      await unit.powerOn(0, 'cold', BOTH);
      await unit.powerOn(0, 'warm', BOTH);
    });
  });

  it('carries blocks of T=1, and asks a card for what did not come well', async () => {
    await gemplus('t1', async (unit) => {
      expect((await unit.powerOn(0, 'cold', BOTH)).protocol).toBe('T=1');
      for (let time = 0; time < 3; time++) expect(await challenge(unit)).toBe(RANDOM);
    });
  });

  it('that starts slow is made fast', async () => {
    const { port, unit } = await gemplus('sim-pro-2', async () => {}, { options: { model: 'sim-pro-2' } });
    expect(port.settings?.baud).toBe(9600);
    expect(unit.identity).toBe('GemCore SIM Pro 2-V1.00');
    expect(unit.slots).toHaveLength(2);
  });

  it('with another question for its name is asked that', async () => {
    const { unit } = await gemplus('sec1210', async () => {});
    expect(unit.identity).toBe('SEC1210UR2');
    expect(unit.slots).toHaveLength(2);
  });
});

describe('a Gemplus unit with a pad', () => {
  it('takes the PIN, gives the answer of the card, and tells what the person did', async () => {
    await gemplus('pinpad', async (unit) => {
      await unit.powerOn(0, 'cold', BOTH);
      const control = async (code: number, structure: Uint8Array) =>
        toHex((await unit.control?.(0, code, structure)) ?? new Uint8Array(0));
      expect(await control(3400, new Uint8Array(0))).toBe('0604423300060704423300070A044233000A');
      expect(await control(VERIFY_CODE, VERIFY)).toBe('9000');
      expect(await control(VERIFY_CODE, VERIFY)).toBe('6401');
      expect(await control(VERIFY_CODE, VERIFY)).toBe('6400');
      expect(await control(MODIFY_CODE, MODIFY)).toBe('9000');
    });
  });

  it('sends a block of T=1 with the PIN under our numbers', async () => {
    await gemplus('t1-pinpad', async (unit) => {
      await unit.powerOn(0, 'cold', BOTH);
      expect(await challenge(unit)).toBe(RANDOM);
      expect(toHex((await unit.control?.(0, VERIFY_CODE, VERIFY)) ?? new Uint8Array(0))).toBe('63C2');
      expect(await challenge(unit)).toBe(RANDOM);
    });
  });

  it('ends an entry that is given up', async () => {
    await gemplus('pinpad-abort', async (unit) => {
      await unit.powerOn(0, 'cold', BOTH);
      const abort = new AbortController();
      const entry = unit.control?.(0, VERIFY_CODE, VERIFY, { signal: abort.signal });
      setTimeout(() => abort.abort(), 20);
      expect(await failure(Promise.resolve(entry))).toEqual(['cancelled', undefined, 'unknown', undefined]);
      expect(await unit.presence(0)).toBe('present');
    });
  });
});

describe('an ACS unit', () => {
  it('is found at its first speed, made fast, and gives the contact card', async () => {
    const { port, unit } = await acs('acr1281s', async (acr, cards) => {
      expect(await acr.presence(0)).toBe('present');
      await acr.powerOn(0, 'cold', BOTH);
      expect(await challenge(acr)).toBe(RANDOM);
      await acr.powerOff(0);
      expect(cards).toEqual([[0, false]]);
    });
    expect(port.settings).toEqual({ baud: 9600 });
    expect(unit.identity).toBe('ACR1281S V103');
    expect(unit.slots).toEqual([
      { index: 0, kind: 'card', interface: 'contact', chains: false },
      { index: 1, kind: 'sam', interface: 'contact', chains: false },
      { index: 2, kind: 'card', interface: 'contactless', chains: false },
    ]);
  });

  it('has SAM interfaces that differ by their marks', async () => {
    const { unit } = await acs(
      'acr122l',
      async (acr) => {
        expect(await acr.presence(1)).toBe('unknown');
        expect(toHex((await acr.powerOn(1, 'cold', BOTH)).atr)).toBe('3B2A00806524B0000200829000');
        expect(await challenge(acr, 1)).toBe(RANDOM);
        await acr.powerOn(2, 'cold', BOTH);
        expect(await challenge(acr, 2)).toBe(RANDOM);
        expect(await challenge(acr, 2)).toBe(RANDOM);
      },
      { baud: 9600 },
    );
    expect(unit.slots.map(({ kind, interface: face }) => `${kind} ${face}`)).toEqual([
      'card contactless',
      'sam contact',
      'sam contact',
      'sam contact',
    ]);
  });

  it('gets a frame again that it did not take, and gives an answer again that was damaged', async () => {
    await acs(
      'link',
      async (unit) => {
        await unit.powerOn(1, 'cold', BOTH);
        for (let time = 0; time < 3; time++) expect(await challenge(unit, 1)).toBe(RANDOM);
      },
      { baud: 9600 },
    );
  });

  it('that takes long APDUs gets and gives them in pieces', async () => {
    const long = Uint8Array.of(
      ...fromHex('00D6000000010A'),
      ...Array.from({ length: 266 }, (_, at) => (at * 7) & 0xff),
    );
    const answer = [...Array.from({ length: 300 }, (_, at) => (at * 3) & 0xff), 0x90, 0x00];
    await acs(
      'extended',
      async (unit) => {
        await unit.powerOn(0, 'cold', BOTH);
        expect([...(await unit.transmit(0, long))]).toEqual(answer);
        expect(await challenge(unit)).toBe(RANDOM);
        expect(await failure(unit.transmit(0, long))).toEqual(['answer-malformed', undefined, 'unknown', undefined]);
        expect(await failure(challenge(unit))).toEqual(['answer-malformed', undefined, 'unknown', undefined]);
      },
      { baud: 9600, options: { extended: 'yes' } },
    );
  });
});
