import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { hidPackings } from '../../../drivers/hid/packing.ts';
import { hidPorts } from '../../../drivers/hid/ports.ts';
import { crt02 } from '../../../drivers/units/crt-02/unit.ts';
import { unitReaders } from '../../../drivers/units/readers.ts';
import { Crt02Unit } from '../../../src/simulator/units/crt-02.ts';
import { FakeHid } from '../../../src/simulator/wire/hid.ts';
import { BOTH, failure, RANDOM } from './ccid-rig.ts';
import { scripted } from './host.ts';

const IDENTITY = { vendorId: 0x23a4, productId: 0x0219 };
const PORT = '23a4:0219';
const LISTENER = { card: () => {}, moved: () => {}, gone: () => {} };
/** Command and answer take three reports each. */
const LONG = `00D6000080${'A5'.repeat(128)}`;
const LONG_ANSWER = `${'5A'.repeat(128)}9000`;
const ANSWERS = { '0084000008': RANDOM, [LONG]: '9000', '00B0000080': LONG_ANSWER };

/** The two forms of the flow behind HID. */
const FORMS = [
  ['as on a serial line', {}, {}],
  ['without ENQ, a result in front', { enq: false, resultHead: true }, { enq: 'no', head: 'yes' }],
] as const;

describe.each(hidPackings)('an 02 unit behind HID reports, %s', (form) => {
  it.each(FORMS)('carries APDUs over several reports, %s', async (_, made, options) => {
    const device = new Crt02Unit({ card: scripted(ANSWERS), sams: [scripted()] }, made);
    const ports = hidPorts({ hid: new FakeHid(device, { ...IDENTITY, form }), packing: form });
    await using unit = await crt02.open(
      { ports, port: PORT, baud: 38_400, options: new Map(Object.entries(options)) },
      LISTENER,
    );
    await unit.powerOn(0, 'cold', BOTH);
    expect(toHex(await unit.transmit(0, fromHex(LONG)))).toBe('9000');
    expect(toHex(await unit.transmit(0, fromHex('00B0000080')))).toBe(LONG_ANSWER);
    await unit.powerOn(1, 'cold', BOTH);
    expect(toHex(await unit.transmit(1, fromHex('0084000008')))).toBe(RANDOM);
  });
});

describe('an 02 unit behind HID reports', () => {
  const plugged = () => {
    const device = new Crt02Unit({ card: scripted(ANSWERS) });
    const hid = new FakeHid(device, IDENTITY);
    return { device, hid, ports: hidPorts({ hid }) };
  };

  it('serves the next card after reports that are wrong', async () => {
    const { hid, ports } = plugged();
    await using unit = await crt02.open({ ports, port: PORT }, LISTENER);
    await unit.powerOn(0, 'cold', BOTH);
    hid.misreport('wrong-number', 'short');
    await failure(unit.transmit(0, fromHex('00B0000080'), { timeout: 900 }));
    await unit.powerOn(0, 'cold', BOTH);
    expect(toHex(await unit.transmit(0, fromHex('0084000008')))).toBe(RANDOM);
  });

  it('gives its card to whoever waits, and comes back when it is plugged in again', async () => {
    const { device, hid, ports } = plugged();
    await using readers = unitReaders({ protocol: 'crt-02', ports, port: PORT });
    const first = await readers.waitForCard({ timeout: 5_000 });
    hid.unplug();
    expect(await failure(first.transmit(fromHex('0084000008')))).toEqual(['reader-lost', 'unknown']);
    await first.close();
    hid.plugIn();
    device.insert();
    await using second = await readers.waitForCard({ timeout: 5_000 });
    expect(toHex(await second.transmit(fromHex('0084000008')))).toBe(RANDOM);
  });
});
