import { toHex } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';
import { type Card, openCard } from '../card.ts';
import { maskAccountNumber } from '../counter/masks.ts';
import type { ECashPurse } from '../financial/enquiry/balance.ts';
import type { BankInformation } from '../financial/enquiry/info.ts';
import type { BankAuthentication } from '../financial/enquiry/verify.ts';
import { formatTag } from '../financial/tag.ts';
import { bankWords, stateColours } from '../i18n/bank.ts';
import { bankReasons } from '../i18n/bank-reasons.ts';
import { trustedKeys } from './ca-keys.ts';
import type { Context, Outcome } from './context.ts';
import { paint, table } from './layout.ts';
import { withCard } from './open.ts';
import type { Language } from './settings.ts';

/** The card of this run, for its debit side: neither PSAM nor key service has anything to do with it. */
export async function withBankCard(context: Context, work: (card: Card) => Promise<Outcome>): Promise<Outcome> {
  const caKeys = await trustedKeys(context.settings);
  return withCard(context, async ({ channel }) => work(await openCard(channel, { financial: { caKeys } })));
}

/** `sscard bank info`: which account, and whether it is usable. */
export async function runBankInfo(context: Context): Promise<Outcome> {
  const { settings, signal } = context;
  return withBankCard(context, async (card) => {
    const { accountNumber, validFrom: _, oddities, ...facts } = await card.financial.info({ signal });
    const bank = { ...facts, accountNumber: accountNumber === null ? null : maskAccountNumber(accountNumber) };
    return { members: { bank, oddities }, text: infoText({ ...bank, oddities }, settings.lang) };
  });
}

function infoText(bank: Omit<BankInformation, 'validFrom'>, lang: Language): string {
  const texts = bankWords[lang];
  const rows = [
    [`  ${texts.application}`, bank.label === null ? bank.aid : `${bank.label} (${bank.aid})`],
    [`  ${texts.accountNumber}`, bank.accountNumber ?? texts.unknown],
    [`  ${texts.expiry}`, bank.expiry ?? texts.unknown],
    [`  ${texts.pinTries}`, String(bank.pinTries ?? texts.unknown)],
    [`  ${texts.atc}`, String(bank.atc ?? texts.unknown)],
    ...bank.oddities.map((oddity) => [`  ${texts.oddity}`, texts.oddities[oddity]]),
  ];
  return `${paint(stateColours[bank.state], texts.states[bank.state])}\n${table(rows)}`;
}

/** `sscard bank balance`: e-cash, in the smallest unit of its currency. */
export async function runBankBalance(context: Context): Promise<Outcome> {
  const { settings, signal } = context;
  return withBankCard(context, async (card) => {
    const purses = await card.financial.balance({ signal });
    return { members: { eCash: purses }, text: balanceText(purses, settings.lang) };
  });
}

function balanceText(purses: readonly ECashPurse[], lang: Language): string {
  const texts = bankWords[lang];
  if (purses.length === 0) return texts.noECash;
  return purses
    .map(({ currency, balance, ceiling, singleLimit, resetThreshold }) => {
      const amount = (value: number | null) => (value === null ? texts.unknown : inUnits(value, currency));
      const rows = [
        [`  ${texts.balance}`, amount(balance)],
        [`  ${texts.ceiling}`, amount(ceiling)],
        [`  ${texts.singleLimit}`, amount(singleLimit)],
        [`  ${texts.resetThreshold}`, amount(resetThreshold)],
      ];
      return `${paint('bold', texts.eCash)}\n${table(rows)}`;
    })
    .join('\n');
}

/** Two decimals, as the yuan has them; of another currency the code stands beside. */
export function inUnits(amount: number, currency: string | null): string {
  const units = (amount / 100).toFixed(2);
  return currency === '156' || currency === null ? units : `${units} (${currency})`;
}

/** `sscard bank verify`: whether the chip of the debit side is genuine. */
export async function runBankVerify(context: Context): Promise<Outcome> {
  const { settings, signal } = context;
  return withBankCard(context, async (card) => {
    const came = await card.financial.verify({ signal });
    const { method, algorithm = null, result, reason = null, object, caIndex, testKey } = came;
    const authentication = {
      method,
      algorithm,
      result,
      reason,
      object: object === undefined ? null : formatTag(object),
      caIndex: caIndex === undefined ? null : toHex(Uint8Array.of(caIndex)),
    };
    const outcome = {
      members: { authentication, testKeys: testKey },
      text: verifyText(came, authentication, settings.lang),
    };
    if (result !== 'failed') return outcome;
    const details = { reason: reason ?? '', ...(object !== undefined && { place: formatTag(object) }) };
    return { ...outcome, error: new SscardError('bank-authentication-failed', 'not genuine', details) };
  });
}

function verifyText(
  { method, algorithm, result, reason, testKey }: BankAuthentication,
  { object, caIndex }: { readonly object: string | null; readonly caIndex: string | null },
  lang: Language,
): string {
  const texts = bankWords[lang];
  const rows = [
    [`  ${texts.method}`, texts.methods[method]],
    [`  ${texts.algorithm}`, algorithm === undefined ? texts.unknown : algorithm.toUpperCase()],
    [`  ${texts.caIndex}`, caIndex ?? texts.unknown],
  ];
  if (reason !== undefined) {
    const where = object === null ? '' : ` (${object})`;
    rows.push([`  ${texts.reason}`, `${bankReasons[reason]?.[lang] ?? reason}${where}`]);
  }
  if (testKey) rows.push([`  ${texts.note}`, texts.testKey]);
  const colour = { verified: testKey ? 'yellow' : 'green', failed: 'red', 'not-possible': 'yellow' } as const;
  return `${paint(colour[result], texts.results[result])}\n${table(rows)}`;
}
