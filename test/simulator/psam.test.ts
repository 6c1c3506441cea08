import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import { withFaults } from '../../src/simulator/faults.ts';
import type { SimulatedPsam } from '../../src/simulator/psam.ts';
import type { PsamImage } from '../../src/simulator/psam-image.ts';
import { simReaders } from '../../src/simulator/readers.ts';
import { derive, initialisePurchase, poweredPsam, SELECT_KEYS } from './golden-psams.ts';

const WRONG_MAC2 = '807200000400000000';
const ENCIPHER = '80FA000008A1A2A3A4A5A6A7A8';

function talk(psam: SimulatedPsam, ...commands: string[]): string[] {
  return commands.map((command) => toHex(psam.process(fromHex(command))));
}

/** The terminal serial that INIT SAM FOR PURCHASE answers. */
function serialOf(psam: SimulatedPsam): string {
  return talk(psam, initialisePurchase(), '00C0000008').at(-1)?.slice(0, 8) ?? '';
}

const without = (key: string) => (image: PsamImage) => ({
  ...image,
  keys: image.keys.filter((candidate) => candidate.key !== key),
});

describe('what a PSAM has', () => {
  it('is a fact of its image: one that lacks RKSSSE has the others', () => {
    const psam = poweredPsam(without('RKSSSE'));
    expect(talk(psam, SELECT_KEYS, derive('47', '0A', 2), derive('48', '12', 2))).toEqual(['9000', '6A88', '9000']);
  });

  it('without a purchase key it makes no purchase, and no serial is spent', () => {
    const psam = poweredPsam(without('DPK'));
    expect(talk(psam, SELECT_KEYS, initialisePurchase())).toEqual(['9000', '9403']);
    expect(psam.image().terminalSerial).toBe(0);
  });

  it('keys are found by usage and id together', () => {
    const psam = poweredPsam();
    expect(talk(psam, SELECT_KEYS, derive('67', '0A', 3), derive('47', '08', 2))).toEqual(['9000', '6A88', '6A88']);
  });

  it('another algorithm gives another cryptogram of the same length', () => {
    const command = '80FA000010A1A2A3A4A5A6A7A8A1A2A3A4A5A6A7A8';
    const [des, sm4] = ['psam-test', 'psam-sm4'].map((id) => {
      const psam = poweredPsam(undefined, {}, id);
      return talk(psam, SELECT_KEYS, derive('67', '08', 3), command, '00C0000010').at(-1);
    });
    expect([des?.length, sm4?.length, des === sm4]).toEqual([36, 36, false]);
  });

  it('needs power', () => {
    const psam = poweredPsam();
    psam.powerOff();
    expect(() => talk(psam, SELECT_KEYS)).toThrow(expect.objectContaining({ code: 'card-mute' }));
  });
});

describe('usage kinds (6.2)', () => {
  const run = (usage: string, command: string) => {
    const psam = poweredPsam((image) => ({ ...image, keys: image.keys.map((key) => ({ ...key, usage, id: '77' })) }));
    return talk(psam, SELECT_KEYS, derive(usage, '77', Number.parseInt(usage, 16) >> 5), command).at(-1);
  };
  const MAC = '80FA0100081122334455667788';

  it.each([
    ['66', '6985', '6104'],
    ['67', '6108', '6985'],
    ['68', '6108', '6104'],
    ['69', '6108', '6104'],
    ['6C', '6108', '6104'],
    ['62', '6985', '6985'],
    ['60', '6985', '6985'],
  ])('%s: enciphering %s, MAC %s', (usage, enciphered, mac) => {
    expect([run(usage, ENCIPHER), run(usage, MAC)]).toEqual([enciphered, mac]);
  });
});

describe('purchases', () => {
  it('take the next serial, also after the PSAM was made again from what it stored', () => {
    let stored: PsamImage | undefined;
    const psam = poweredPsam(undefined, { save: (image) => (stored = image) });
    talk(psam, SELECT_KEYS);
    expect([serialOf(psam), serialOf(psam)]).toEqual(['00000001', '00000002']);
    const next = poweredPsam(() => stored as PsamImage);
    talk(next, SELECT_KEYS);
    expect(serialOf(next)).toBe('00000003');
  });

  it('store the serial before the answer leaves', () => {
    const psam = poweredPsam();
    talk(psam, SELECT_KEYS);
    psam.cutPowerAfter(4);
    expect(() => talk(psam, initialisePurchase())).toThrow(expect.objectContaining({ code: 'card-removed' }));
    psam.powerOn();
    talk(psam, SELECT_KEYS);
    expect(serialOf(psam)).toBe('00000002');
  });

  it('go no further than the counter', () => {
    const psam = poweredPsam((image) => ({ ...image, terminalSerial: 0xffff_fffe }));
    talk(psam, SELECT_KEYS);
    expect(serialOf(psam)).toBe('FFFFFFFF');
    expect(talk(psam, initialisePurchase())).toEqual(['6985']);
  });

  it('are locked after too many wrong MAC2', () => {
    const psam = poweredPsam((image) => ({ ...image, mac2: { tries: 15, triesLeft: 2 } }));
    talk(psam, SELECT_KEYS);
    const attempt = () => talk(psam, initialisePurchase(), WRONG_MAC2).at(-1);
    expect([attempt(), attempt()]).toEqual(['9302', '9302']);
    expect(talk(psam, initialisePurchase())).toEqual(['6983']);
    expect(psam.image().mac2).toEqual({ tries: 15, triesLeft: 0 });
  });

  it('restore the counter with a right MAC2', () => {
    const psam = poweredPsam((image) => ({ ...image, mac2: { tries: 15, triesLeft: 2 } }));
    // MAC2 of the first purchase in fixtures/golden/psam-purchase.transcript.
    expect(talk(psam, SELECT_KEYS, initialisePurchase(), '807200000427A8F88D').at(-1)).toBe('9000');
    expect(psam.image().mac2.triesLeft).toBe(15);
  });

  it('spend the try before MAC2 is compared', () => {
    const psam = poweredPsam();
    talk(psam, SELECT_KEYS, initialisePurchase());
    psam.cutPowerAfter(1);
    expect(() => talk(psam, '807200000427A8F88D')).toThrow(expect.objectContaining({ code: 'card-removed' }));
    expect(psam.image().mac2.triesLeft).toBe(14);
  });

  it('are dropped by the next one', () => {
    const psam = poweredPsam();
    talk(psam, SELECT_KEYS, initialisePurchase(), initialisePurchase());
    expect(talk(psam, '807200000427A8F88D')).toEqual(['9302']);
  });

  it('a refused beginning drops the one before', () => {
    const psam = poweredPsam();
    talk(psam, SELECT_KEYS, initialisePurchase(), '80700000021122');
    expect(talk(psam, '807200000427A8F88D')).toEqual(['6985']);
  });
});

describe('faults on order', () => {
  it('reach the PSAM slot as they reach the card', async () => {
    const psam = withFaults(poweredPsam(), [{ kind: 'answer', command: 1, answer: fromHex('6F00') }]);
    await using channel = await simReaders(undefined, { psam }).waitForCard({ reader: 'PSAM' });
    expect(toHex(await channel.transmit(fromHex(SELECT_KEYS)))).toBe('6F00');
    expect(toHex(await channel.transmit(fromHex(SELECT_KEYS)))).toBe('9000');
  });
});
