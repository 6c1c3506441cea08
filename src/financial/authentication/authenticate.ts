import type { OfflineResult } from '../../crypto/offline.ts';
import { verifyDynamic, verifyStatic } from '../../crypto/rsa-offline.ts';
import { type AuthenticatedRecord, staticDataToAuthenticate } from '../../crypto/static-data.ts';
import { TSI, TVR } from '../bits.ts';
import { buildDol, parseDol } from '../dol.ts';
import { readAnswer } from '../objects.ts';
import type { Rule } from '../rules.ts';
import type { Session } from '../session.ts';
import { formatTag } from '../tag.ts';
import { type Broken, broken, type Proven, proveCard, proveIssuer, type Trust } from './chain.ts';
import { reasonInSignature } from './reasons.ts';
import type { OfflineAuthentication, OfflineMethod, PublicKey } from './result.ts';

/** What offline authentication is done with. */
export interface AuthenticationOptions extends Trust {
  /** See `chooseMethod`. */
  readonly method: OfflineMethod;
  /** What `readApplicationData` returned. */
  readonly records: readonly AuthenticatedRecord[];
}

const NOT_PERFORMED = {
  id: 'offline-authentication-not-performed',
  clause: 'E3 10.3',
  effect: { tvr: TVR.offlineAuthenticationNotPerformed },
} as const satisfies Rule;
const PERFORMED = {
  id: 'offline-authentication-performed',
  clause: 'E3 10.3',
  effect: { tsi: TSI.offlineAuthentication },
} as const satisfies Rule;
const SDA_SELECTED = {
  id: 'sda-selected',
  clause: 'E3 10.3',
  effect: { tvr: TVR.sdaSelected },
} as const satisfies Rule;
const DATA_MISSING = {
  id: 'card-data-missing',
  clause: 'E3 7.2',
  effect: { tvr: TVR.cardDataMissing },
} as const satisfies Rule;
const FAILED = {
  sda: { id: 'sda-failed', clause: 'E2 5', effect: { tvr: TVR.sdaFailed } },
  dda: { id: 'dda-failed', clause: 'E2 6.5', effect: { tvr: TVR.ddaFailed } },
  cda: { id: 'cda-failed', clause: 'E2 6.6', effect: { tvr: TVR.cdaFailed } },
} as const satisfies Readonly<Record<string, Rule>>;

/** Key of the card, and what did not fit into its certificate. */
export const CARD_CERTIFICATE = { certificate: 0x9f46, remainder: 0x9f48, exponent: 0x9f47 } as const;
const SIGNED_STATIC = 0x93;
const SIGNED_DYNAMIC = 0x9f4b;
/** Whatever the algorithm, which only the authority's key tells: what is missing is missing also without that key. */
const NEEDED = {
  sda: [0x8f, 0x90, SIGNED_STATIC],
  dda: [0x8f, 0x90, CARD_CERTIFICATE.certificate],
  cda: [0x8f, 0x90, CARD_CERTIFICATE.certificate],
} as const;
const STATIC_LIST = 0x9f4a;
const AIP_TAG = 0x82;
const DDOL = 0x9f49;
const UNPREDICTABLE = 0x9f37;
/** For a card without a list of its own (E3 7.3). */
const DEFAULT_DDOL = Uint8Array.of(0x9f, 0x37, 0x04);

/** A method that ran to its end: what it proved. */
interface Held {
  readonly kind: 'held';
  readonly cardKey?: PublicKey;
}

/**
 * Offline data authentication (EMV 4.3 Book 2, 5 and 6; PBOC with SM2: P17). Sets TVR and TSI; of CDA it proves the
 * keys, the signature comes with GENERATE AC. Leaves 9F45 (SDA) and 9F4C (DDA) in `session.card`. Sends a command with
 * DDA only. Is the step `offline-authentication` of the session.
 * @throws SscardError what the channel throws
 */
export function authenticateOffline(session: Session, options: AuthenticationOptions): Promise<OfflineAuthentication> {
  return session.during('offline-authentication', async () => {
    const { method } = options;
    if (method === 'none') {
      session.decide(NOT_PERFORMED);
      return { method, result: 'not-possible', reason: 'no-common-method', testKey: false };
    }
    session.decide(PERFORMED);
    if (method === 'sda') session.decide(SDA_SELECTED);
    const missing = NEEDED[method].find((tag) => !session.card.has(tag));
    const issuer = missing === undefined ? await proveIssuer(session, options) : broken('card-data-missing', missing);
    const came = issuer.kind === 'broken' ? issuer : await performed(session, options, method, issuer.key);
    if (came.kind === 'broken') tell(session, method, came);
    return resultOf(session, method, issuer, came);
  });
}

function tell(session: Session, method: keyof typeof FAILED, { reason, object }: Broken): void {
  const place = formatTag(object);
  if (reason === 'card-data-missing') session.decide(DATA_MISSING, place);
  session.decide(FAILED[method], place);
}

function resultOf(
  { card }: Session,
  method: OfflineMethod,
  issuer: Proven | Broken,
  came: Held | Broken,
): OfflineAuthentication {
  const caIndex = card.get(0x8f)?.[0];
  const proven = issuer.kind === 'proven' ? issuer : undefined;
  const facts = {
    method,
    testKey: proven?.ca.test ?? false,
    ...(caIndex !== undefined && { caIndex }),
    ...(proven && { algorithm: proven.key.algorithm, issuerKey: proven.key }),
  };
  if (came.kind === 'held') {
    const { cardKey } = came;
    return { ...facts, result: method === 'cda' ? 'pending' : 'verified', ...(cardKey && { cardKey }) };
  }
  const { reason, object, nobodyKnows } = came;
  return { ...facts, result: nobodyKnows ? 'not-possible' : 'failed', reason, object };
}

async function performed(
  session: Session,
  options: AuthenticationOptions,
  method: 'sda' | 'dda' | 'cda',
  issuer: PublicKey,
): Promise<Held | Broken> {
  const { card } = session;
  const list = card.get(STATIC_LIST);
  const staticData = staticDataToAuthenticate(options.records, list, card.get(AIP_TAG) ?? new Uint8Array());
  if (staticData.kind === 'invalid') return broken('static-data-malformed', STATIC_LIST);
  if (method === 'sda') return checkStatic(session, issuer, staticData.value);
  const cardKey = await proveCard(session, issuer, CARD_CERTIFICATE, staticData.value, options.today);
  if ('kind' in cardKey) return cardKey;
  return method === 'dda' ? checkDynamic(session, cardKey) : { kind: 'held', cardKey };
}

async function checkStatic({ card }: Session, issuer: PublicKey, staticData: Uint8Array): Promise<Held | Broken> {
  const signature = card.get(SIGNED_STATIC);
  if (signature === undefined) return broken('card-data-missing', SIGNED_STATIC);
  const code = await (issuer.algorithm === 'rsa'
    ? verifyStatic(issuer, signature, staticData)
    : (await import('../../crypto/sm2-offline.ts')).verifyStaticSm2(issuer.point, signature, staticData));
  if (code.kind === 'invalid') return broken(reasonInSignature(code.reason), SIGNED_STATIC);
  card.set(0x9f45, code.value);
  return { kind: 'held' };
}

/** INTERNAL AUTHENTICATE over the values of the card's list, in which the unpredictable number has to be. */
async function checkDynamic(session: Session, cardKey: PublicKey): Promise<Held | Broken> {
  const { card } = session;
  const entries = parseDol(card.get(DDOL) ?? DEFAULT_DDOL);
  if (entries === undefined || !entries.some(({ tag }) => tag === UNPREDICTABLE)) return broken('ddol-malformed', DDOL);
  const data = buildDol(entries, (tag) => session.value(tag));
  const command = { cla: 0x00, ins: 0x88, p1: 0, p2: 0, data, le: 256 };
  const answer = await session.send(command, 'INTERNAL AUTHENTICATE');
  const signature = answer.sw === 0x9000 ? signatureIn(answer.data) : undefined;
  if (signature === undefined) return broken('signature-refused', SIGNED_DYNAMIC);
  const number = await verified(cardKey, signature, data);
  if (number.kind === 'invalid') return broken(reasonInSignature(number.reason), SIGNED_DYNAMIC);
  card.set(0x9f4c, number.value);
  return { kind: 'held', cardKey };
}

async function verified(key: PublicKey, signature: Uint8Array, data: Uint8Array): Promise<OfflineResult<Uint8Array>> {
  if (key.algorithm === 'rsa') return verifyDynamic(key, signature, data);
  return (await import('../../crypto/sm2-offline.ts')).verifyDynamicSm2(key.point, signature, data);
}

/** Format 1 is the signature alone, format 2 has it under its tag (E3 6.5.9.4). */
function signatureIn(answer: Uint8Array): Uint8Array | undefined {
  const came = readAnswer(answer);
  return came?.format === 2 ? came.objects.find(({ tag }) => tag === SIGNED_DYNAMIC)?.value : came?.value;
}
