import { proveIssuer } from '../authentication/chain.ts';
import { encipherPin, pinKey } from '../authentication/pin-key.ts';
import type { PublicKey } from '../authentication/result.ts';
import type { Session } from '../session.ts';
import { type Course, trustOf } from './course.ts';

const CHALLENGE_LENGTH = 8;

/** How a PIN block travels to the card: as it is, or under a key that the card's certificates prove (E2 7). */
export class PinEnvelope {
  /** P2 of VERIFY. */
  readonly qualifier: 0x80 | 0x88;
  /** Takes 8 bytes; `undefined`: no way to send them. */
  readonly close: (block: Uint8Array) => Promise<Uint8Array | undefined>;

  private constructor(qualifier: 0x80 | 0x88, close: PinEnvelope['close']) {
    this.qualifier = qualifier;
    this.close = close;
  }

  static plain(): PinEnvelope {
    return new PinEnvelope(0x80, async (block) => block);
  }

  /** @returns `undefined`: the card proves no RSA key for it */
  static async enciphered(course: Course): Promise<PinEnvelope | undefined> {
    const key = await provenKey(course);
    if (key?.algorithm !== 'rsa') return undefined;
    return new PinEnvelope(0x88, async (block) => {
      const challenge = await getChallenge(course.session);
      return challenge && encipherPin(key, block, challenge, course.random);
    });
  }
}

async function provenKey(course: Course): Promise<PublicKey | undefined> {
  const { session, authentication, staticData, today } = course;
  const issuer = authentication.issuerKey ?? (await issuerKey(course));
  if (issuer === undefined || staticData === undefined) return undefined;
  const key = await pinKey(session, issuer, authentication.cardKey, staticData, today);
  return 'kind' in key ? undefined : key;
}

/** Where offline authentication was not performed, the issuer is proven only now. */
async function issuerKey(course: Course): Promise<PublicKey | undefined> {
  const issuer = await proveIssuer(course.session, trustOf(course));
  return issuer.kind === 'proven' ? issuer.key : undefined;
}

/** A new one for each PIN. */
async function getChallenge(session: Session): Promise<Uint8Array | undefined> {
  const { data, sw } = await session.send({ cla: 0x00, ins: 0x84, p1: 0, p2: 0, le: 256 }, 'GET CHALLENGE');
  return sw === 0x9000 && data.length === CHALLENGE_LENGTH ? data : undefined;
}
