import { concat } from '../../../apdu/bytes.ts';
import { type Bit, hasBit } from '../bits.ts';
import { numeric } from '../numbers.ts';
import { writeText } from '../text.ts';

/** Action codes, five bytes like the TVR: each set bit says what follows from the same bit of the TVR. */
export interface ActionCodes {
  readonly denial: Uint8Array;
  readonly online: Uint8Array;
  readonly default: Uint8Array;
}

/** Random selection of transactions for the host (E3 10.6.2). Percentages 0 to 99, `target` at most `max`. */
export interface RandomSelection {
  /** Minor units; amounts under it are chosen by `target` alone. Less than the floor limit. */
  readonly threshold: number;
  readonly target: number;
  readonly max: number;
}

/** What the acquirer lays down for one application identifier. */
export interface ApplicationParameters {
  /** 5 to 16 bytes; with `partial` its beginning. */
  readonly aid: Uint8Array;
  readonly asi: 'exact' | 'partial';
  /** Tag 9F09, two bytes: `0030`. */
  readonly version: Uint8Array;
  /** Absent: all zeros (P6). Configure them: else a card with empty action codes decides alone. */
  readonly actionCodes?: ActionCodes;
  /** Minor units. */
  readonly floorLimit: number;
  /** Absent: nothing is selected at random. */
  readonly randomSelection?: RandomSelection;
  /** Tag 9F7B, minor units: e-cash is offered under it. Absent: the floor limit. */
  readonly eCashLimit?: number;
  /** Default `9F3704`. */
  readonly defaultDdol?: Uint8Array;
  /** Absent: TC hash values are made over nothing (3.2). */
  readonly defaultTdol?: Uint8Array;
}

/** The terminal, as it was certified. */
export interface TerminalConfig {
  /** Tag 9F1A, ISO 3166 number: 156. */
  readonly country: number;
  /** Tag 9F35 as its two digits: 22 is attended, offline with online capability, of a merchant. */
  readonly type: number;
  /** Tag 9F33, three bytes. */
  readonly capabilities: Uint8Array;
  /** Tag 9F40, five bytes. */
  readonly additionalCapabilities: Uint8Array;
  /** Tag 9F1E, eight characters. */
  readonly serial: string;
  readonly applications: readonly ApplicationParameters[];
  /** Supports SM2, SM3 and SM4: tag DF69 (P17 10.3). */
  readonly sm?: boolean;
  /** Supports e-cash: tag 9F7A (P13). */
  readonly eCash?: boolean;
  /** The cardholder can choose and confirm an application. Default true. */
  readonly choosesApplication?: boolean;
  /** The cardholder may go on without a PIN where the card asks for one. Default false. */
  readonly pinBypass?: boolean;
  /** A person here compares identity documents: PBOC method 20. Default false. */
  readonly comparesIdentity?: boolean;
  /** Manages risk also for cards that do not ask for it (4.5). Default false. */
  readonly alwaysManagesRisk?: boolean;
  /** More of the terminal by tag, for the card's lists: 9F15, 9F16, 9F1C, 9F4E, 9F01. Goes before what is above. */
  readonly data?: ReadonlyMap<number, Uint8Array>;
}

/** Bits of the terminal capabilities, tag 9F33. */
export const CAPABILITY = {
  plainPin: [2, 8],
  onlinePin: [2, 7],
  signature: [2, 6],
  encipheredPin: [2, 5],
  noVerification: [2, 4],
} as const satisfies Readonly<Record<string, Bit>>;

/** Tag 9F40: gives out cash. With the type of a financial institution's own unattended terminal that is an ATM. */
const GIVES_CASH: Bit = [1, 8];
const ATM_TYPES = new Set([14, 15, 16]);

export function has({ capabilities }: TerminalConfig, capability: Bit): boolean {
  return hasBit(capabilities, capability);
}

/** Last digit of the type: 1 and 4 only online, 2 and 5 both, 3 and 6 only offline; to 3 attended. */
export const isOnlineOnly = ({ type }: TerminalConfig): boolean => [1, 4].includes(type % 10);
export const isOfflineOnly = ({ type }: TerminalConfig): boolean => [3, 6].includes(type % 10);
export const isAttended = ({ type }: TerminalConfig): boolean => type % 10 <= 3;

export function isAtm({ type, additionalCapabilities }: TerminalConfig): boolean {
  return ATM_TYPES.has(type) && hasBit(additionalCapabilities, GIVES_CASH);
}

/** Whether a person can type a PIN here at all: one of the three PIN methods (E3 10.5.1). */
export function hasPad(terminal: TerminalConfig): boolean {
  return [CAPABILITY.plainPin, CAPABILITY.onlinePin, CAPABILITY.encipheredPin].some((one) => has(terminal, one));
}

/** Data objects that the terminal gives before it knows the application. */
export function terminalData(terminal: TerminalConfig): [number, Uint8Array][] {
  return [
    [0x9f1a, numeric(terminal.country, 2)],
    [0x9f35, numeric(terminal.type, 1)],
    [0x9f33, terminal.capabilities],
    [0x9f40, terminal.additionalCapabilities],
    [0x9f1e, writeText(terminal.serial)],
    [0xdf69, Uint8Array.of(terminal.sm ? 1 : 0)],
    ...(terminal.data ?? []),
  ];
}

/** Data objects that come with the application. @param aid of the card, whole */
export function applicationData(parameters: ApplicationParameters, aid: Uint8Array): [number, Uint8Array][] {
  return [
    [0x9f06, aid],
    [0x9f09, parameters.version],
    [0x9f1b, binary4(parameters.floorLimit)],
  ];
}

const NO_CODES = new Uint8Array(5);

/** Nothing configured is nothing asked for (3.4, P6). */
export function actionCodesOf({ actionCodes }: ApplicationParameters): ActionCodes {
  return actionCodes ?? { denial: NO_CODES, online: NO_CODES, default: NO_CODES };
}

function binary4(value: number): Uint8Array {
  return concat([24, 16, 8, 0].map((shift) => Uint8Array.of(Math.floor(value / 2 ** shift) & 0xff)));
}

/** What cannot be told a card is a fault of the configuration. @throws RangeError naming the member */
export function checkTerminal(terminal: TerminalConfig): void {
  const { capabilities, additionalCapabilities, serial, type, applications } = terminal;
  if (capabilities.length !== 3) throw new RangeError('capabilities has three bytes');
  if (additionalCapabilities.length !== 5) throw new RangeError('additionalCapabilities has five bytes');
  if (!/^[\x20-\x7e]{8}$/.test(serial)) throw new RangeError('serial has eight characters');
  if (![1, 2, 3, 4, 5, 6].includes(type % 10) || ![1, 2, 3].includes(Math.floor(type / 10)))
    throw new RangeError('type is one of 11 to 36');
  if (applications.length === 0) throw new RangeError('applications is empty');
  for (const one of applications) checkApplication(one);
}

function checkApplication({ aid, version, actionCodes, floorLimit, randomSelection }: ApplicationParameters): void {
  if (aid.length < 5 || aid.length > 16) throw new RangeError('aid has 5 to 16 bytes');
  if (version.length !== 2) throw new RangeError('version has two bytes');
  if (!Number.isSafeInteger(floorLimit) || floorLimit < 0 || floorLimit > 0xffffffff)
    throw new RangeError('floorLimit is in minor units and fits four bytes');
  for (const codes of Object.values(actionCodes ?? {}))
    if (codes.length !== 5) throw new RangeError('actionCodes have five bytes each');
  if (randomSelection === undefined) return;
  const { threshold, target, max } = randomSelection;
  if (!(target >= 0 && target <= max && max <= 99)) throw new RangeError('0 <= target <= max <= 99');
  if (!(threshold >= 0 && threshold <= floorLimit)) throw new RangeError('threshold is not over floorLimit');
}
