import type { Trust } from '../authentication/chain.ts';
import type { OfflineAuthentication } from '../authentication/result.ts';
import { CaKeys } from '../ca-keys.ts';
import type { CalendarDay } from '../dates.ts';
import type { Session } from '../session.ts';
import type { Ask } from './conversation.ts';
import type { AccountNumber } from './host.ts';
import type { PaymentRequest } from './request.ts';
import type { PaymentSettings } from './settings.ts';
import type { ApplicationParameters } from './terminal.ts';

/** One payment with one application, from the answer to GET PROCESSING OPTIONS on: what its steps work with. */
export interface Course {
  readonly session: Session;
  readonly settings: PaymentSettings;
  readonly request: PaymentRequest;
  readonly parameters: ApplicationParameters;
  readonly ask: Ask;
  readonly random: (length: number) => Uint8Array;
  readonly today: CalendarDay;
  /** Full name of the application on the card. */
  readonly aid: Uint8Array;
  /** Of UnionPay, or of the transport cards with the same command set (1.1). */
  readonly isPboc: boolean;
  readonly aip: Uint8Array;
  readonly pdolValues: Uint8Array;
  readonly account: AccountNumber;
  readonly authentication: OfflineAuthentication;
  /** What the card's certificate covers; `undefined`: its records are malformed. */
  readonly staticData: Uint8Array | undefined;
  /** Present when the card pays by e-cash (4.1). */
  readonly eCash: ECash | undefined;
  /** What has come of PINs so far. */
  readonly pin: PinState;
  /** What a lost answer would mean. */
  readonly money: Money;
}

/** `block`: made by the pad for the host. */
export interface PinState {
  bypassed: boolean;
  block?: Uint8Array;
}

/** Balance and threshold of e-cash, minor units; `undefined`: the card does not tell. */
export interface ECash {
  readonly balance: number | undefined;
  /** 9F6D: under it the card wants to be loaded. */
  readonly threshold: number | undefined;
}

/** Whether money may have moved when an answer is lost now, and whether the card waits for its second command. */
export interface Money {
  /** A TC was asked for, and its answer is not there yet. */
  tcAsked: boolean;
  hostApproved: boolean;
  /** The card gave an ARQC, and has to be told how it ended. */
  requestOpen: boolean;
}

const RID_LENGTH = 5;

/** What the card's certificates are checked against. */
export function trustOf({ settings, aid, today }: Pick<Course, 'settings' | 'aid' | 'today'>): Trust {
  return { caKeys: settings.caKeys ?? CaKeys.empty, rid: aid.subarray(0, RID_LENGTH), today };
}
