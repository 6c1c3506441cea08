// The package's entry `sscard/drivers/vendor`: what it names is public. Nothing inside the project imports this file.

export { type Maker, type MakerName, makers, type SeatCode, type SeatName } from './makers.ts';
export { type VendorReadersOptions, vendorReaders } from './readers.ts';
