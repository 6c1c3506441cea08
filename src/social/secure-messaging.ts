import type { KeyProvider, MacRequest } from '../keys/provider.ts';
import { getChallenge, keyNamed, referenceOf } from './authentication.ts';
import { identityOf } from './card-facts.ts';
import type { Denied } from './denial.ts';
import type { Flow } from './flow.ts';

/** The key of protected commands in each directory (6.1). */
const STK = 'STK';
const CHALLENGE_BYTES = { session: 8, pboc: 4 } as const;

/**
 * Everything for the MAC of a protected command (6.5): STK of the directory, and a challenge of the card made for it.
 * @param header five bytes, with the final Lc
 * @throws SscardError what `getChallenge` throws
 */
export async function protectedRequest(
  flow: Flow,
  directory: string,
  header: Uint8Array,
): Promise<{ readonly keys: KeyProvider; readonly request: MacRequest } | Denied> {
  const { keys, profile, line } = flow;
  if (keys === undefined) return { kind: 'denied', reason: 'no-key', key: STK, because: 'no-provider' };
  const card = identityOf(flow, profile);
  if (card === undefined) return { kind: 'denied', reason: 'card-unidentified' };
  const key = keyNamed(profile, directory, STK);
  const { mac } = profile.security;
  const challenge = await getChallenge(line, CHALLENGE_BYTES[mac], `${directory} ${STK}`);
  return { keys, request: { card, key: referenceOf(key), mac, challenge, header } };
}

/** The MAC of a command without data. @returns four bytes */
export async function protectedMac(flow: Flow, directory: string, header: Uint8Array): Promise<Uint8Array | Denied> {
  const asked = await protectedRequest(flow, directory, header);
  if ('kind' in asked) return asked;
  const answer = await asked.keys.commandMac(asked.request, flow.line.waiting);
  if (answer.kind === 'done') return answer.value;
  return { kind: 'denied', reason: 'no-key', key: STK, because: answer.reason };
}
