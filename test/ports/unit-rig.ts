import { hidPorts } from '../../drivers/hid/ports.ts';
import type { Ports } from '../../drivers/port.ts';
import type { Readers } from '../../drivers/reader.ts';
import { serialPorts } from '../../drivers/serial/ports.ts';
import { unitReaders } from '../../drivers/units/readers.ts';
import type { Card } from '../../src/card.ts';
import { openCard } from '../../src/card.ts';
import { parseCaKeys } from '../../src/financial/ca-keys-file.ts';
import { psamProvider } from '../../src/keys/psam.ts';
import { SimulatedCard } from '../../src/simulator/card.ts';
import type { CardFile } from '../../src/simulator/card-file-check.ts';
import type { CardImage } from '../../src/simulator/image.ts';
import { SimulatedPsam } from '../../src/simulator/psam.ts';
import type { VirtualCard } from '../../src/simulator/readers.ts';
import type { EmulatedUnit, UnitSeats } from '../../src/simulator/units/unit.ts';
import { FakeHid } from '../../src/simulator/wire/hid.ts';
import { servePty } from '../../src/simulator/wire/pty.ts';
import { loadProfile } from '../../src/social/profile/load.ts';
import { SITE } from '../simulator/matrix/rig.ts';

/** A unit, what carries it, and where its PSAM is. */
export interface UnitCase {
  readonly name: string;
  readonly protocol: string;
  /** Settings of the reader address. */
  readonly options?: Readonly<Record<string, string>>;
  readonly baud?: number;
  readonly unit: (seats: UnitSeats) => EmulatedUnit;
  /** What is done to the card before it goes in: another protocol. */
  readonly dressed?: (card: VirtualCard) => VirtualCard;
  readonly carrier?: 'hid';
  /** The PSAM is in a module of its own, on a port of its own. */
  readonly module?: {
    readonly options: Readonly<Record<string, string>>;
    readonly unit: (psam: VirtualCard) => EmulatedUnit;
  };
}

export interface UnitRig extends AsyncDisposable {
  readonly card: Card;
  readonly readers: Readers;
  readonly unit: EmulatedUnit;
  /** What is stored on the card now. */
  image(): CardImage;
}

async function carried(
  unit: EmulatedUnit,
  carrier: 'hid' | undefined,
): Promise<{ ports: Ports; port: string; end(): Promise<void> }> {
  if (carrier === 'hid') {
    const hid = new FakeHid(unit, { vendorId: 0x23a4, productId: 0x0219 });
    return { ports: hidPorts({ hid }), port: '23a4:0219', end: async () => hid.unplug() };
  }
  const slot = await servePty(unit);
  return { ports: serialPorts(), port: slot.path as string, end: () => slot.close() };
}

const optionsOf = (options: Readonly<Record<string, string>> = {}) => new Map(Object.entries(options));

/** A card in an emulated unit, its PSAM in the unit's SAM socket, and our driver at the other end of the line. */
export async function openUnit(
  unitCase: UnitCase,
  file: CardFile,
  before: (image: CardImage) => CardImage = (image) => image,
): Promise<UnitRig> {
  const { protocol, options, baud, dressed = (card: VirtualCard) => card, carrier, module } = unitCase;
  // The same challenges in every run: what an act leaves on the card can be compared.
  const real = new SimulatedCard(before(file.card), { random: (length) => new Uint8Array(length).fill(0x5a) });
  const psam = new SimulatedPsam(file.psam);
  const unit = unitCase.unit({ card: dressed(real), ...(module === undefined && { sams: [psam] }) });
  const line = await carried(unit, carrier);
  const place = { protocol, ports: line.ports, port: line.port, ...(baud !== undefined && { baud }) };
  const readers = unitReaders({ ...place, options: optionsOf(options) });
  const beside = module && (await carried(module.unit(psam), carrier));
  const others =
    beside && unitReaders({ protocol, ports: beside.ports, port: beside.port, options: optionsOf(module.options) });
  const sam = others ?? readers;
  const { psam: structure } = await loadProfile(file.card.generation);
  const keys = psamProvider((waiting) => sam.waitForCard({ ...waiting, reader: 'SAM 1' }), structure);
  const caKeys = (await parseCaKeys(JSON.stringify({ keys: file.bank?.caKeys ?? [] }), 'card file')).withTestKeys(true);
  const card = await openCard(await readers.waitForCard(), { overlays: [SITE], keys, financial: { caKeys } });
  return {
    card,
    readers,
    unit,
    image: () => real.image(),
    async [Symbol.asyncDispose]() {
      await card.close();
      await keys[Symbol.asyncDispose]();
      await readers[Symbol.asyncDispose]();
      await others?.[Symbol.asyncDispose]();
      await line.end();
      await beside?.end();
    },
  };
}
