// The package's entry `sscard/drivers/serial`: what it names is public. Nothing inside the project imports this file.
export type { Port, PortFacts, PortListener, PortSettings, Ports } from '../port.ts';
export { unitProtocols } from '../units/protocols.ts';
export { type UnitReadersOptions, unitReaders } from '../units/readers.ts';
export { serialPorts } from './ports.ts';
