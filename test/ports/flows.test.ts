import { describe, expect, it } from 'vitest';
import { unitProtocols } from '../../drivers/units/protocols.ts';
import type { CardImage } from '../../src/simulator/image.ts';
import { emulatedProtocols } from '../../src/simulator/units/devices.ts';
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
});
