import { SscardError } from '../../apdu/errors.ts';
import type { Card } from '../card.ts';
import { checkWords } from '../i18n/check.ts';
import { fieldTexts, oddityTexts } from '../i18n/fields.ts';
import { reasonTexts } from '../i18n/reasons.ts';
import { applicationFailed, type Check, checksOf, type GenuinenessTest, rejectedBy, verdictOf } from './check-card.ts';
import type { Context, Outcome } from './context.ts';
import { paint, table } from './layout.ts';
import type { Language } from './settings.ts';
import { withSocialCard } from './social-card.ts';

const NO_APPLICATION = new Set(['not-social-security-card', 'application-blocked']);
const COLOURS = { normal: 'green', warning: 'yellow', reject: 'red' } as const;

/** `sscard check`: one verdict on the card, and every test with its reason. */
export async function runCheck(context: Context): Promise<Outcome> {
  const { settings, signal } = context;
  return withSocialCard(context, async (card) => told(await examine(card, signal), settings.lang));
}

async function examine(card: Card, signal: AbortSignal): Promise<Check[]> {
  try {
    const information = await card.social.readBasic({ signal });
    return checksOf(information, await genuineness(card, signal), localDate(new Date()));
  } catch (error) {
    if (error instanceof SscardError && NO_APPLICATION.has(error.code)) return applicationFailed(error.code);
    throw error;
  }
}

async function genuineness(card: Card, signal: AbortSignal): Promise<GenuinenessTest> {
  try {
    return await card.social.checkGenuine({ signal });
  } catch (error) {
    const refused = error instanceof SscardError && error.code === 'card-refused';
    if (refused && error.details.step === 'internal-authentication')
      return { kind: 'not-tested', reason: 'card-refused' };
    throw error;
  }
}

function told(checks: readonly Check[], lang: Language): Outcome {
  const verdict = verdictOf(checks);
  const texts = checkWords[lang];
  const rows = checks.map(({ name, result, reason }) => [
    `  ${texts.names[name]}`,
    texts.results[result],
    reason === null ? '' : reasonText(reason, lang),
  ]);
  const outcome = {
    members: { verdict, checks },
    text: `${paint(COLOURS[verdict], texts.verdicts[verdict])}\n${table(rows)}`,
  };
  const rejected = rejectedBy(checks);
  if (rejected === undefined) return outcome;
  return { ...outcome, error: new SscardError('check-rejected', 'not to be served', { reason: rejected }) };
}

/** A reason of one word, or `field:oddity` one after the other. */
function reasonText(reason: string, lang: Language): string {
  return reason
    .split(' ')
    .map((part) =>
      part
        .split(':')
        .map((word) => wordText(word, lang))
        .join(' '),
    )
    .join(checkWords[lang].comma);
}

function wordText(word: string, lang: Language): string {
  const tables: readonly Readonly<Record<string, unknown>>[] = [
    checkWords[lang].reasons,
    oddityTexts[lang],
    fieldTexts[lang],
  ];
  const found = tables.find((table) => Object.hasOwn(table, word))?.[word] ?? reasonTexts[word]?.[lang];
  return typeof found === 'string' ? found : word;
}

function localDate(now: Date): string {
  const part = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${part(now.getMonth() + 1)}-${part(now.getDate())}`;
}
