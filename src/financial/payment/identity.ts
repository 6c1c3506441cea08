import { readText } from '../text.ts';
import type { Course } from './course.ts';
import type { Performed } from './cvm-methods.ts';
import type { IdentityDocument } from './pauses.ts';

const DOCUMENTS: readonly IdentityDocument[] = [
  'identity-card',
  'officer-card',
  'passport',
  'entry-permit',
  'temporary-identity-card',
  'other',
];

/** PBOC method 20 (P5, P6): the person at the terminal compares document and cardholder with 9F61 and 9F62. */
export async function showIdentity({ session, ask }: Course): Promise<Performed> {
  const number = session.card.get(0x9f61);
  // Nothing to compare with.
  if (number === undefined) return 'failed';
  const document = DOCUMENTS[session.card.get(0x9f62)?.[0] ?? -1] ?? 'unknown';
  const matches = await ask<boolean>((resume) => ({
    kind: 'show-identity',
    document,
    number: () => readText(number) ?? '',
    shown: resume,
  }));
  return matches ? 'successful' : 'failed';
}
