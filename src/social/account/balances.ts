import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { refused } from '../../../drivers/exchange.ts';
import { decodeDigits } from '../codecs/digits.ts';
import { type Denial, denialOf } from '../denial.ts';
import type { Flow } from '../flow.ts';
import type { Where } from '../steps.ts';
import { accountCommand, DONE, wholeAnswer } from './command.ts';
import { numberOf } from './layout.ts';

/** What GET BALANCE gives. Amounts in fen; null: the card keeps it, or has no year there. */
export interface AccountBalances {
  /** 个人帐户余额. */
  readonly balance: number | null;
  /** 年度个人自付累计, and the year it counts for. */
  readonly selfPaidYear: number | null;
  readonly selfPaid: number | null;
  /** 年度统筹支付累计, and the year it counts for. */
  readonly pooledYear: number | null;
  readonly pooled: number | null;
  /** What the card keeps to itself, and why. */
  readonly withheld: readonly ({ readonly field: BalanceField } & Denial)[];
  /** Years that are no digits: two bytes, hex. */
  readonly oddities: readonly { readonly field: 'selfPaidYear' | 'pooledYear'; readonly raw: string }[];
}

/** An amount that GET BALANCE gives. */
export type BalanceField = 'balance' | 'selfPaid' | 'pooled';

const AMOUNT_BYTES = 4;
const YEAR_BYTES = 2;
const SECURITY_NOT_SATISFIED = 0x6982;

/**
 * GET BALANCE, three times (5). It is tried without the PIN, as no source asks for one; a card that answers 6982 gets
 * the PIN that was offered. On every generation: the records 90, 92 and 93 that EF06 of a 1.0 card has in their place
 * stand under PIN and key, and only their tags say what they are (3.2.1), so `offline` shows them and nothing is mixed.
 * @throws SscardError `card-refused`, `answer-malformed`, and what the channel throws
 */
export async function readBalances(flow: Flow): Promise<AccountBalances> {
  const { directory, getBalance } = flow.profile.purse;
  const reader = new BalanceReader(flow, await flow.rights.enter(directory));
  const balance = await reader.ask('balance', getBalance.account, AMOUNT_BYTES);
  const selfPaid = await reader.ask('selfPaid', getBalance.selfPaid, AMOUNT_BYTES + YEAR_BYTES);
  const pooled = await reader.ask('pooled', getBalance.pooled, AMOUNT_BYTES + YEAR_BYTES);
  return {
    balance: amountOf(balance),
    selfPaidYear: reader.year('selfPaidYear', selfPaid),
    selfPaid: amountOf(selfPaid),
    pooledYear: reader.year('pooledYear', pooled),
    pooled: amountOf(pooled),
    withheld: reader.withheld,
    oddities: reader.oddities,
  };
}

class BalanceReader {
  readonly withheld: AccountBalances['withheld'][number][] = [];
  readonly oddities: AccountBalances['oddities'][number][] = [];
  readonly #flow: Flow;
  readonly #there: boolean;

  constructor(flow: Flow, there: boolean) {
    this.#flow = flow;
    this.#there = there;
  }

  async ask(field: BalanceField, header: string, length: number): Promise<Uint8Array | null> {
    const answer: Uint8Array | Denial = this.#there ? await this.#send(header, length) : { reason: 'no-directory' };
    if (answer instanceof Uint8Array) return answer;
    this.withheld.push({ field, ...answer });
    return null;
  }

  async #send(header: string, le: number): Promise<Uint8Array | Denial> {
    const { line, profile, rights } = this.#flow;
    const where: Where = { step: 'get-balance', place: profile.purse.directory };
    let answer = await accountCommand(line, header, { le }, where);
    if (answer.sw === SECURITY_NOT_SATISFIED) {
      const grant = await rights.satisfy('pin');
      if (grant.kind === 'denied') return denialOf(grant);
      answer = await accountCommand(line, header, { le }, where);
    }
    if (answer.sw !== DONE) throw refused(answer.sw, where);
    return wholeAnswer(answer.data, le, where);
  }

  year(field: 'selfPaidYear' | 'pooledYear', answer: Uint8Array | null): number | null {
    if (answer === null) return null;
    const bytes = answer.subarray(AMOUNT_BYTES);
    const digits = decodeDigits(bytes, fromHex(this.#flow.profile.coding.empty));
    if (digits.kind === 'value' && digits.value.length === 2 * YEAR_BYTES) return Number(digits.value);
    if (digits.kind !== 'empty') this.oddities.push({ field, raw: toHex(bytes) });
    return null;
  }
}

function amountOf(answer: Uint8Array | null): number | null {
  return answer === null ? null : numberOf(answer.subarray(0, AMOUNT_BYTES));
}
