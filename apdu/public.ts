// The package's entry `sscard/apdu`: what it names is public. Nothing inside the project imports this file.
export {
  type Atr,
  type AtrFaultReason,
  type AtrGroup,
  type AtrReport,
  type AtrT1,
  type AtrT15,
  type AtrWarning,
  encodeAtr,
  inspectAtr,
  parseAtr,
} from './atr.ts';
export { type BerTlv, type BerTlvLimits, decodeBerTlv, encodeBerTlv, findTag } from './ber-tlv.ts';
export { concat, equalBytes, fromHex, toHex } from './bytes.ts';
export { type ChainingOptions, type Sender, withChaining } from './chaining.ts';
export { type CommandCase, type DecodedCommand, decodeCommand, encodeCommand, firstTpdu } from './command.ts';
export { type ErrorDetails, SscardError } from './errors.ts';
export { decodePps, encodePps, evaluatePps, type Pps, type PpsOutcome } from './pps.ts';
export { encodeResponse, parseResponse } from './response.ts';
export { decodeSimpleTlv, encodeSimpleTlv, type SimpleTlv } from './simple-tlv.ts';
export { bitRate, type ClockRate, clockRate } from './speed.ts';
export { describeStatus, formatStatus, type StatusKind, type StatusMeaning } from './status.ts';
export type { CommandApdu, ResponseApdu } from './types.ts';
