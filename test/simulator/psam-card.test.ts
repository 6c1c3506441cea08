import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import { SimulatedCard } from '../../src/simulator/card.ts';
import { type HsmState, operations } from '../../src/simulator/hsm-operations.ts';
import { PinKeys } from '../../src/simulator/hsm-pin.ts';
import { Purchases } from '../../src/simulator/hsm-purse.ts';
import type { CardImage } from '../../src/simulator/image.ts';
import { inventFile } from '../../src/simulator/invent.ts';
import { SimulatedPsam } from '../../src/simulator/psam.ts';
import { SELECT_SSSE } from './cards.ts';
import { FACTORS, SELECT_KEYS } from './golden-psams.ts';

/** Card, PSAM and key service of one card file, each computing by itself: they have to agree. */

const KINDS = [
  ['1.0', '3DES'],
  ['2.0', '3DES'],
  ['3.0', '3DES'],
  ['3.0', 'SM4'],
  ['3.0', 'SM4-zero'],
] as const;
const CITY = '320400';
const TERMINAL = '320400000001';
const AMOUNT = '00000064';

type Chip = SimulatedCard | SimulatedPsam;

/** Sends, and fetches what waits. @returns data and status */
function ask(chip: Chip, hex: string): string {
  const answer = toHex(chip.process(fromHex(hex)));
  return /^61..$/.test(answer) ? toHex(chip.process(fromHex(`00C00000${answer.slice(2)}`))) : answer;
}

async function madeFor(generation: CardImage['generation'], algorithm: CardImage['algorithm']) {
  const file = await inventFile({ generation, algorithm, seed: 4 });
  const [card, psam] = [new SimulatedCard(file.card), new SimulatedPsam(file.psam)];
  card.powerOn();
  psam.powerOn();
  ask(card, SELECT_SSSE);
  ask(psam, SELECT_KEYS);
  const state: HsmState = {
    masters: file.masters,
    pinKeys: new PinKeys(),
    purchases: new Purchases(),
    now: () => new Date(2026, 2, 1, 10, 15, 0),
  };
  const factor = toHex(card.atr).slice(-16);
  const service = (operation: string, key: string, members: object) => {
    const identity = {
      city: CITY,
      factor,
      resetInformation: toHex(card.atr).slice(-26),
      cardIdentification: '00'.repeat(16),
    };
    const fill = { SM4: 'repeat', 'SM4-zero': 'zero', '3DES': undefined }[algorithm];
    const [directory, name] = key.split(' ');
    const subject = { algorithm: algorithm === '3DES' ? '01' : '03', ...(fill && { fill }), card: identity };
    const answer = operations.get(operation)?.(state, {
      ...subject,
      key: { directory, name, address: null },
      ...members,
    });
    return answer as Readonly<Record<string, string>>;
  };
  return { file, card, psam, service, factors: [factor, FACTORS.city, FACTORS.province] };
}

/** The PSAM's cryptogram: derive, then one block. */
function cryptogram(psam: SimulatedPsam, algorithm: string, derive: string, data: string): string {
  expect(ask(psam, derive)).toBe('9000');
  const block = algorithm === '3DES' ? data : data + (algorithm === 'SM4' ? data : '00'.repeat(8));
  const length = (block.length / 2).toString(16).padStart(2, '0');
  return ask(psam, `80FA0000${length}${block}`).slice(0, 16);
}

describe.each(KINDS)('generation %s, %s', (generation, algorithm) => {
  it('every key of the PSAM, and the key service, open what the key of the card guards', async () => {
    const { file, card, psam, service, factors } = await madeFor(generation, algorithm);
    const keys = file.card.directories.flatMap(({ fid, name: directory, keys: own }) =>
      own.filter((key) => key.externalAuthentication).map((key) => ({ fid, directory, ...key })),
    );
    let opened = 0;
    for (const { fid, directory, name, id } of keys) {
      const place = file.psam.keys.find((key) => key.directory === directory && key.key === name);
      const levels = Number.parseInt(place?.usage ?? '00', 16) >> 5;
      const given = factors.slice(0, levels).join('');
      const length = ((levels + 1) * 8).toString(16).padStart(2, '0');
      for (const way of ['psam', 'service']) {
        ask(card, `00A4000002${fid}`);
        const challenge = ask(card, '0084000008').slice(0, 16);
        const answer =
          way === 'psam'
            ? cryptogram(psam, algorithm, `BFDE${place?.usage}${place?.id}${length}${given}${challenge}`, challenge)
            : service('external-authentication', `${directory} ${name}`, { factor: challenge, data: challenge })[
                'cryptogram'
              ];
        expect([name, way, ask(card, `008200${id}10${answer}${challenge}`)]).toEqual([name, way, '9000']);
        opened++;
      }
    }
    expect(opened).toBeGreaterThan(40);
  });

  it('a purchase: the PSAM begins it, the card pays, the PSAM believes MAC2', async () => {
    const { card, psam, factors } = await madeFor(generation, algorithm);
    ask(card, '00A4000002DF04');
    ask(card, '0020000003123456');
    const begun = ask(card, `B02A00010B01${AMOUNT}${TERMINAL}`);
    const [serial, version, code, random] = [
      begun.slice(8, 12),
      begun.slice(12, 14),
      begun.slice(14, 16),
      begun.slice(16, 24),
    ];
    const when = '20260115093000';
    const order = `${random}${serial}${AMOUNT}31${when}${version}${code}${factors.join('')}`;
    const authorised = ask(psam, `807000002C${order}`);
    expect(authorised).toMatch(/^00000001.{8}9000$/);
    const paid = ask(card, `B02400000F${authorised.slice(0, 8)}${when}${authorised.slice(8, 16)}`);
    expect(paid).toMatch(/9000$/);
    expect(ask(psam, `8072000004${paid.slice(8, 16)}`)).toBe('9000');
  });

  it('a purchase and its proof by the key service', async () => {
    const { card, service } = await madeFor(generation, algorithm);
    ask(card, '00A4000002DF04');
    ask(card, '0020000003123456');
    const begun = ask(card, `B02A00010B01${AMOUNT}${TERMINAL}`);
    const purse = { serial: begun.slice(8, 12), keyVersion: begun.slice(12, 14), random: begun.slice(16, 24) };
    const about = { ...purse, amount: AMOUNT, type: '31', terminal: TERMINAL, date: '20260115', time: '093000' };
    const none = { selfPaid: '00000000', pooled: '00000000' };
    const { terminalSerial, mac1 } = service('authorise-purchase', 'DF04 DPK', { ...about, ...none });
    const paid = ask(card, `B02400000F${terminalSerial}20260115093000${mac1}`);
    expect(paid).toMatch(/9000$/);
    const data = `${AMOUNT}31${TERMINAL}${terminalSerial}20260115093000`;
    expect(service('check-tac', 'DF04 DTK', { data, tac: paid.slice(0, 8) })).toEqual({ result: 'right' });
  });

  it('a load authorised by the key service', async () => {
    const { card, service } = await madeFor(generation, algorithm);
    ask(card, '00A4000002DF04');
    ask(card, '0020000003123456');
    const begun = ask(card, `B02800010B01${AMOUNT}${TERMINAL}`);
    const purse = { oldBalance: begun.slice(0, 8), serial: begun.slice(8, 12), keyVersion: begun.slice(12, 14) };
    const order = { ...purse, random: begun.slice(16, 24), amount: AMOUNT, type: '30', terminal: TERMINAL };
    const authorised = service('authorise-load', 'DF04 DLK', { ...order, mac1: begun.slice(24, 32) });
    expect(authorised).toMatchObject({ result: 'authorised' });
    const { date, time, mac2 } = authorised;
    expect(ask(card, `B02200000B${date}${time}${mac2}`)).toMatch(/^.{8}9000$/);
  });
});
