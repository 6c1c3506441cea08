import { encodeBerTlv } from '../../../apdu/ber-tlv.ts';
import { concat } from '../../../apdu/bytes.ts';
import type { CardIdentity, IssuerKeys } from './issuer-keys.ts';
import {
  isRight,
  issuerAuthenticationData,
  type OnlineRequest,
  readOnlineRequest,
  type TransactionKeys,
  transactionKeys,
} from './issuer-message.ts';
import { encodeScript, type IssuerScript } from './issuer-scripts.ts';
import { bend } from './test-authority-rsa.ts';

/** What the issuer does with the next request. */
export interface IssuerOrder {
  /** Default `approve`. `unable`: the host is not reached. A request whose cryptogram is wrong is declined all the same. */
  readonly decision?: 'approve' | 'decline' | 'refer' | 'unable';
  /** Two characters of tag 8A. Default: 00, 05 or 01 by the decision. */
  readonly responseCode?: string;
  /** Tag 91: right (default), wrong on purpose, or left out. */
  readonly authentication?: 'right' | 'wrong' | 'none';
  /** Scripts 71, for before the second GENERATE AC. */
  readonly before?: readonly IssuerScript[];
  /** Scripts 72, for after it. */
  readonly after?: readonly IssuerScript[];
}

/** What the host sends back: objects 8A, 91, 71, 72 one after the other; or it was not reached. */
export type IssuerAnswer = { readonly kind: 'answered'; readonly data: Uint8Array } | { readonly kind: 'unable' };

/**
 * What was found of one request: `repeated` has a counter that was seen before, `no-request` a cryptogram of another kind,
 * `unreadable` is no field 55.
 */
export type RequestFinding = 'right' | 'wrong' | 'repeated' | 'no-request' | 'no-key' | 'unreadable';

type CryptogramFinding = Exclude<RequestFinding, 'repeated' | 'no-request'>;

/** One request, as the host remembers it. */
export interface RequestEntry {
  readonly finding: RequestFinding;
  /** Transaction counter of the card. */
  readonly counter?: number;
  /** Tag 8A of the answer. */
  readonly responseCode: string;
}

const RESPONSE_CODES = { approve: '00', decline: '05', refer: '01' } as const;
/** ISO 8583: the message does not have the form it should. */
const FORMAT_ERROR = '30';
const ascii = new TextEncoder();

/**
 * The host of the bank behind the simulated card (emv-pboc.md 4.8, 7): checks the cryptogram that the card made, makes
 * its own, and sends scripts. One object is one host: it remembers the transaction counter of each card.
 * @example
 * const issuer = new SimulatedIssuer({ masterKeys: { '3DES': { ac, mac, enc } } });
 * issuer.order({ decision: 'decline' });
 * issuer.authorise(field55, { pan: '6200000000000000006', sequence: '01' }); // { kind: 'answered', data: 8A… 91… }
 */
export class SimulatedIssuer {
  readonly #keys: IssuerKeys;
  readonly #orders: IssuerOrder[] = [];
  readonly #counters = new Map<string, number>();
  readonly #entries: RequestEntry[] = [];

  constructor(keys: IssuerKeys) {
    this.#keys = keys;
  }

  /** The requests that were answered, the oldest first. */
  get requests(): readonly RequestEntry[] {
    return this.#entries;
  }

  /** For the next request; several are taken one after the other. Without one, a right request is approved. */
  order(order: IssuerOrder): void {
    this.#orders.push(order);
  }

  /**
   * Answers an online request.
   * @param field55 objects one after the other, as the terminal sends them (4.8)
   * @param card number and sequence number, which are fields of their own in the message
   * @throws RangeError when the card number is none, or a script of the order has a PIN that is none
   */
  authorise(field55: Uint8Array, card: CardIdentity): IssuerAnswer {
    const order = this.#orders.shift() ?? {};
    const { decision = 'approve' } = order;
    if (decision === 'unable') return { kind: 'unable' };
    const { finding, request, keys } = this.#examine(field55, card);
    const wanted = order.responseCode ?? RESPONSE_CODES[decision];
    const refusal = finding === 'unreadable' ? FORMAT_ERROR : RESPONSE_CODES.decline;
    const responseCode = finding === 'right' ? wanted : refusal;
    const counter = request && { counter: counterOf(request) };
    this.#entries.push({ finding, responseCode, ...counter });
    // To a request that is not the card's, the host proves nothing and sends no scripts.
    const proof = finding === 'right' && request && keys ? proofOf(order, request, keys, responseCode) : [];
    return { kind: 'answered', data: concat([object(0x8a, ascii.encode(responseCode)), ...proof]) };
  }

  /**
   * Whether a card made the cryptogram of these data, also of one that is not a request (TC, AAC). Changes nothing.
   * @throws RangeError when the card number is none
   */
  examine(field55: Uint8Array, card: CardIdentity): CryptogramFinding {
    return this.#judge(field55, card).finding;
  }

  /** As `examine`; another kind of cryptogram is not right, nor is a counter that is not above the last one. */
  #examine(field55: Uint8Array, card: CardIdentity): Judged<RequestFinding> {
    const judged = this.#judge(field55, card);
    if (judged.finding !== 'right' || judged.request === undefined) return judged;
    if (!judged.request.isRequest) return { ...judged, finding: 'no-request' };
    const [name, counter] = [`${card.pan}-${card.sequence ?? '00'}`, counterOf(judged.request)];
    if (counter <= (this.#counters.get(name) ?? -1)) return { ...judged, finding: 'repeated' };
    this.#counters.set(name, counter);
    return judged;
  }

  #judge(field55: Uint8Array, card: CardIdentity): Judged<CryptogramFinding> {
    const request = readOnlineRequest(field55);
    if (request === undefined) return { finding: 'unreadable' };
    const keys = transactionKeys(this.#keys, request, card);
    if (keys === undefined) return { finding: 'no-key', request };
    return { finding: isRight(request, keys) ? 'right' : 'wrong', request, keys };
  }
}

interface Judged<Finding> {
  readonly finding: Finding;
  readonly request?: OnlineRequest;
  readonly keys?: TransactionKeys;
}

/** Tag 91 and the scripts of an order. */
function proofOf(
  { authentication = 'right', before = [], after = [] }: IssuerOrder,
  request: OnlineRequest,
  keys: TransactionKeys,
  responseCode: string,
): readonly Uint8Array[] {
  const proof = issuerAuthenticationData(request, keys, ascii.encode(responseCode));
  // Its last byte belongs to the response code: the cryptogram stands before it.
  if (authentication === 'wrong') bend(proof.subarray(0, 8));
  const protection = { ...request, ...keys };
  return [
    ...(authentication === 'none' ? [] : [object(0x91, proof)]),
    ...before.map((script) => encodeScript('before', script, protection)),
    ...after.map((script) => encodeScript('after', script, protection)),
  ];
}

function object(tag: number, value: Uint8Array): Uint8Array {
  return encodeBerTlv([{ tag, value }]);
}

function counterOf({ counter }: OnlineRequest): number {
  return ((counter[0] ?? 0) << 8) | (counter[1] ?? 0);
}
