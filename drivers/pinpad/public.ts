// The package's entry `sscard/pinpad`: what it names is public. Nothing inside the project imports this file.

export type {
  PadCustody,
  PadKeyOutcome,
  PinEntered,
  PinEntry,
  PinForm,
  PinPad,
  PinPrompt,
  WorkingKey,
} from '../pin-pad.ts';
export type { KmyVariant } from './kmy/framer.ts';
export { type KmyMaintenance, type KmyOptions, kmyMaintenance, kmyPad } from './kmy/pad.ts';
export { ReaderPad, type ReaderPinAnswer } from './part10/reader-pad.ts';
export type { PinChangeTemplate, PinTemplate } from './part10/structures.ts';
export { type PlainOptions, plainPad } from './plain/pad.ts';
export { type PlainAnswer, type PlainProfile, type PlainProfileName, plainProfiles } from './plain/profiles.ts';
export { TerminalPad, type TerminalPadOptions } from './terminal/pad.ts';
export { type Zt598Maintenance, type Zt598Options, zt598Maintenance, zt598Pad } from './zt598/pad.ts';
