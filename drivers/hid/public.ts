// The package's entry `sscard/drivers/hid`: what it names is public. Nothing inside the project imports this file.
export type { Port, PortFacts, PortListener, PortSettings, Ports } from '../port.ts';
export { unitProtocols } from '../units/protocols.ts';
export { type UnitReadersOptions, unitReaders } from '../units/readers.ts';
export { type HidPacking, hidPackings } from './packing.ts';
export { type HidDevice, type HidFacts, type HidPackage, type HidPortsOptions, hidPorts } from './ports.ts';
