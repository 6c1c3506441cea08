import { describe, expect, it } from 'vitest';
import { ReaderPad } from '../../drivers/pinpad/part10/reader-pad.ts';
import { plainPad } from '../../drivers/pinpad/plain/pad.ts';
import { serialPorts } from '../../drivers/serial/ports.ts';
import { unitProtocols } from '../../drivers/units/protocols.ts';
import type { CardImage } from '../../src/simulator/image.ts';
import { PlainPad } from '../../src/simulator/pads/plain.ts';
import { t1Card } from '../../src/simulator/t1-card.ts';
import { emulatedProtocols } from '../../src/simulator/units/devices.ts';
import { GemplusUnit } from '../../src/simulator/units/gemplus.ts';
import { servePty } from '../../src/simulator/wire/pty.ts';
import { type Flow, flows as pinFlows } from '../simulator/matrix/flows.ts';
import { cardFile, pinOf, pins, Rig } from '../simulator/matrix/rig.ts';
import { unitCases } from './unit-cases.ts';
import { openUnit } from './unit-rig.ts';

/** Acts of the counter on both applications, beside those of the PIN: reading and writing files, the account, the debit side. */
const flows: readonly Pick<Flow, 'name' | 'act' | 'before'>[] = [
  ...pinFlows,
  { name: 'read files under keys', act: (card, w) => card.social.files.read(['DF01EF05', 'DF01EF06'], w) },
  {
    name: 'write several items',
    act: (card, w) =>
      card.social.files.update(
        [
          { address: 'DF01EF06|28', value: '0519-85529290' },
          { address: 'DF01EF07|29', value: '2' },
        ],
        w,
      ),
  },
  { name: 'account', act: (card, w) => card.social.account.show(w) },
  { name: 'account log', act: (card, w) => card.social.account.log({ pin: pinOf(pins.initial), ...w }) },
  { name: 'bank information', act: (card, w) => card.financial.info(w) },
  { name: 'e-cash', act: (card, w) => card.financial.balance(w) },
  { name: 'bank log', act: (card, w) => card.financial.log(w) },
  { name: 'bank authentication', act: (card, w) => card.financial.verify(w) },
];

const asBefore = (image: CardImage) => image;

/** What the act says and leaves over the simulated unit: the measure for all others. */
const measured = new Map<string, Promise<{ came: unknown; image: CardImage }>>();

function measure({ name, act, before = asBefore }: (typeof flows)[number]) {
  const known = measured.get(name);
  if (known !== undefined) return known;
  const run = async () => {
    const file = await cardFile('2.0');
    const rig = await Rig.open({ ...file, card: before(file.card) });
    const came = await act(rig.card, {});
    return { came, image: rig.image() };
  };
  const result = run();
  measured.set(name, result);
  return result;
}

it('every protocol has a driver and an emulator here', () => {
  const tried = [...new Set(unitCases.map(({ protocol }) => protocol))].sort();
  expect([...unitProtocols].sort()).toEqual(tried);
  expect([...emulatedProtocols].sort()).toEqual(tried);
});

describe.each(unitCases)('over $name', (unitCase) => {
  it.each(flows)('$name is the same act', async (flow) => {
    const file = await cardFile('2.0');
    const expected = await measure(flow);
    await using rig = await openUnit(unitCase, file, flow.before);
    const came = await flow.act(rig.card, {});
    expect(came).toEqual(expected.came);
    expect(rig.image()).toEqual(expected.image);
  });

  it('a PIN from a keypad on another port is verified', async () => {
    const file = await cardFile('2.0');
    const device = new PlainPad();
    await using slot = await servePty(device);
    await using pad = await plainPad({ ports: serialPorts(), port: slot.path as string });
    await using rig = await openUnit(unitCase, file);
    device.act(pins.initial);
    const entered = await pad.enterPin({ prompt: 'pin', min: 4, max: 8, form: { kind: 'digits' } });
    if (entered.kind !== 'digits') throw new Error(entered.kind);
    expect(await rig.card.social.pin.verify(entered.pin)).toEqual({ kind: 'verified', initial: true });
  });
});

describe('a PIN at the keys of a unit', () => {
  const withKeys = { name: '', protocol: 'ccid-gemplus' } as const;

  it.each(['T=0', 'T=1'])('is verified, changed, and seen by nobody, on %s', async (protocol) => {
    const file = await cardFile('2.0');
    let unit: GemplusUnit | undefined;
    await using rig = await openUnit(
      {
        ...withKeys,
        unit: (seats) => {
          unit = new GemplusUnit(seats, { model: 'pinpad' });
          return unit;
        },
        ...(protocol === 'T=1' && { dressed: (card) => t1Card(card) }),
      },
      file,
    );
    expect(rig.card.channel.protocol).toBe(protocol);
    const reader = await ReaderPad.of(rig.card.channel);
    if (reader === undefined || unit === undefined) throw new Error('no keys');
    unit.act(pins.initial);
    expect(await rig.card.social.pin.verifyAtReader(reader)).toEqual({ kind: 'verified' });
    unit.act(pins.initial, pins.third, pins.third);
    expect(await rig.card.social.pin.changeAtReader(reader, { weak: 'allow' })).toEqual({ kind: 'changed' });
    unit.act(pins.initial);
    expect(await rig.card.social.pin.verifyAtReader(reader)).toEqual({ kind: 'wrong', triesLeft: 5 });
    unit.act({ act: 'cancel' });
    expect(await rig.card.social.pin.verifyAtReader(reader)).toEqual({ kind: 'gave-up', why: 'cancelled' });
    expect(await rig.card.social.pin.verify(pinOf(pins.third))).toMatchObject({ kind: 'verified' });
  });
});
