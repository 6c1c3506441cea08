import type { BasicField, BasicInformation, Oddity, OddityKind } from '../social/basic-information.ts';
import type { Genuineness } from '../social/genuineness.ts';

/** What is looked at, in this order. */
export const checkNames = [
  'application',
  'genuineness',
  'cardIdentification',
  'cardNumber',
  'socialSecurityNumber',
  'validity',
  'content',
] as const;

export type CheckName = (typeof checkNames)[number];

/** One test. `reason`: a stable key; null where it passed. */
export interface Check {
  readonly name: CheckName;
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly reason: string | null;
}

/** What came of internal authentication; a card that refuses it was not compared with anything. */
export type GenuinenessTest = Genuineness | { readonly kind: 'not-tested'; readonly reason: 'card-refused' };

export type Verdict = 'normal' | 'warning' | 'reject';

/** A failed one of these is a card that must not be served. */
const REJECTING: ReadonlySet<CheckName> = new Set([
  'application',
  'genuineness',
  'cardIdentification',
  'cardNumber',
  'socialSecurityNumber',
]);

/** With these a number is not there, or is not the number it should be. The others are odd data. */
const NO_NUMBER: ReadonlySet<OddityKind> = new Set(['empty', 'missing', 'undecodable', 'form', 'check-digit']);

/**
 * `reject`: application, genuineness or an identifier failed. `normal` only when genuineness passed and nothing is odd
 * (spec of the surface, 3).
 */
export function verdictOf(checks: readonly Check[]): Verdict {
  if (rejectedBy(checks) !== undefined) return 'reject';
  const genuine = checks.some(({ name, result }) => name === 'genuineness' && result === 'passed');
  return genuine && checks.every(({ result }) => result !== 'failed') ? 'normal' : 'warning';
}

/** The first test that alone rejects the card. */
export function rejectedBy(checks: readonly Check[]): CheckName | undefined {
  return checks.find(({ name, result }) => result === 'failed' && REJECTING.has(name))?.name;
}

/** The card has no such application, or it is blocked: nothing else can be looked at. @param reason error code */
export function applicationFailed(reason: string): Check[] {
  return checkNames.map((name) =>
    name === 'application' ? failed(name, reason) : { name, result: 'skipped', reason: 'not-reached' },
  );
}

/**
 * The tests of a card that has the application.
 * @param today `YYYY-MM-DD`
 */
export function checksOf(card: BasicInformation, genuineness: GenuinenessTest, today: string): Check[] {
  const identifiers = (['cardIdentification', 'cardNumber', 'socialSecurityNumber'] as const).map((field) =>
    identifier(card, field),
  );
  const odd = card.oddities.filter((one) => !isIdentifierFault(one) && one.field !== 'validUntil');
  const content = odd.map(({ field, kind }) => `${field}:${kind}`).join(' ');
  return [
    passed('application'),
    genuine(genuineness),
    ...identifiers,
    validityOf(card, today),
    content === '' ? passed('content') : failed('content', content),
  ];
}

function genuine(outcome: GenuinenessTest): Check {
  switch (outcome.kind) {
    case 'genuine':
      return passed('genuineness');
    case 'not-genuine':
      return failed('genuineness', 'not-genuine');
    case 'not-tested':
      return { name: 'genuineness', result: 'skipped', reason: outcome.reason };
  }
}

function identifier(card: BasicInformation, field: CheckName & BasicField): Check {
  const withheld = card.withheld.find((one) => one.field === field);
  if (withheld !== undefined) return { name: field, result: 'skipped', reason: withheld.reason };
  const fault = card.oddities.find((one) => one.field === field && isIdentifierFault(one));
  return fault === undefined ? passed(field) : failed(field, fault.kind);
}

function isIdentifierFault({ field, kind }: Oddity): boolean {
  return REJECTING.has(field as CheckName) && NO_NUMBER.has(kind);
}

function validityOf({ validUntil, oddities }: BasicInformation, today: string): Check {
  const odd = oddities.find(({ field }) => field === 'validUntil');
  if (odd !== undefined) return failed('validity', odd.kind);
  return validUntil !== null && validUntil < today ? failed('validity', 'expired') : passed('validity');
}

function passed(name: CheckName): Check {
  return { name, result: 'passed', reason: null };
}

function failed(name: CheckName, reason: string): Check {
  return { name, result: 'failed', reason };
}
