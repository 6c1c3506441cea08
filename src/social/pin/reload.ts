import { concat, fromHex } from '../../../apdu/bytes.ts';
import { decodeCommand } from '../../../apdu/command.ts';
import { exchange } from '../../../drivers/exchange.ts';
import type { Pin } from '../../crypto/pin.ts';
import { idOf, keyNamed } from '../authentication.ts';
import type { Flow } from '../flow.ts';
import { protectedMac, protectedRequest } from '../secure-messaging.ts';
import type { Where } from '../steps.ts';
import type { ReloadOutcome } from './outcomes.ts';
import { refusalOf } from './present.ts';

const DONE = 0x9000;
const ENCIPHERED_BYTES = { '3DES': 8, SM4: 16, 'SM4-zero': 16 } as const;
const MAC_BYTES = 4;

/**
 * RELOAD PIN under the reset key (7.3 d): authentication with PUK, then the new PIN enciphered and MACed under STK.
 * The card sets the PIN and restores its tries.
 * @throws SscardError `card-refused` (`sw` 6988: the MAC is wrong), and what channel and provider throw
 */
export async function reloadPin(flow: Flow, next: Pin): Promise<ReloadOutcome> {
  using pin = next;
  const denied = await authoriseReset(flow);
  if (denied !== undefined) return denied;
  const rule = flow.profile.security.authentication;
  const header = fromHex(flow.profile.security.pinReload);
  const command = concat([header, Uint8Array.of(ENCIPHERED_BYTES[rule] + MAC_BYTES)]);
  const { directory } = flow.profile.pin;
  const asked = await protectedRequest(flow, directory, command);
  if ('kind' in asked) return asked;
  const answer = await asked.keys.protectPin({ ...asked.request, pin }, flow.line.waiting);
  if (answer.kind === 'unavailable') return { kind: 'denied', reason: 'no-key', key: 'STK', because: answer.reason };
  const { enciphered, mac } = answer.value;
  return send(flow, header, concat([enciphered, mac]), { step: 'reload-pin', place: directory });
}

/** PIN UNBLOCK: restores the tries and keeps the PIN (6.6). @throws as `reloadPin` */
export async function unblockPin(flow: Flow): Promise<ReloadOutcome> {
  const denied = await authoriseReset(flow);
  if (denied !== undefined) return denied;
  const header = fromHex(flow.profile.security.pinUnblock);
  const { directory } = flow.profile.pin;
  const mac = await protectedMac(flow, directory, concat([header, Uint8Array.of(MAC_BYTES)]));
  if (mac instanceof Uint8Array) return send(flow, header, mac, { step: 'unblock-pin', place: directory });
  return mac;
}

async function authoriseReset({ rights, profile }: Flow): Promise<ReloadOutcome | undefined> {
  const grant = await rights.satisfy(`key:${idOf(keyNamed(profile, profile.pin.directory, 'PUK'))}`);
  return grant.kind === 'granted' ? undefined : grant;
}

async function send({ line }: Flow, header: Uint8Array, data: Uint8Array, where: Where): Promise<ReloadOutcome> {
  const { sw } = await exchange(line, { ...decodeCommand(header), data }, where);
  return sw === DONE ? { kind: 'changed' } : refusalOf(sw, where);
}
