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
export {
  chooseProtocol,
  type ProtocolChoice,
  type T0Parameters,
  type T1Parameters,
} from './protocol.ts';
export { encodeResponse, parseResponse } from './response.ts';
export { decodeSimpleTlv, encodeSimpleTlv, type SimpleTlv } from './simple-tlv.ts';
export { bitRate, type ClockRate, clockRate } from './speed.ts';
export { describeStatus, formatStatus, type StatusKind, type StatusMeaning } from './status.ts';
export { type T0Action, type T0Event, type T0LineOptions, t0Apdu, t0Tpdu } from './t0-line.ts';
export { type T0Options, type T0Tpdu, t0Exchange } from './t0-tpdu.ts';
export { T1, type T1Action, type T1Event, type T1Options } from './t1.ts';
export {
  decodeT1Block,
  encodeT1Block,
  type T1Block,
  type T1BlockForm,
  type T1Fault,
  type T1Supervision,
  t1BlockLength,
} from './t1-block.ts';
export { type T0Times, type T1Times, t0Times, t1Times } from './times.ts';
export type { CommandApdu, ResponseApdu } from './types.ts';
