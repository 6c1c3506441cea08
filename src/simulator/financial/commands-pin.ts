import { equalInConstantTime } from '../../crypto/compare.ts';
import { pinBlock2 } from '../../crypto/pin-block.ts';
import { type Answer, type CommandRules, done, type LineCommand } from '../command.ts';
import { wants } from './card-action.ts';
import { privateOperation } from './rsa-keys.ts';
import { type AppletInTransaction, inPhase } from './session.ts';
import { rsaKey } from './signature.ts';
import { storeState, storeTries } from './state.ts';

const PLAINTEXT = 0x80;
const ENCIPHERED = 0x88;
const BLOCK = 8;
/** First byte of an enciphered PIN; behind it block, challenge and random padding (2). */
const ENCIPHERED_HEADER = 0x7f;

/** VERIFY: the offline PIN, plain or enciphered (2, 4.4). */
function verify(applet: AppletInTransaction, { p1, p2, data }: LineCommand): Answer {
  if (p1 !== 0) return { sw: 0x6a86 };
  if (p2 === PLAINTEXT) return data?.length === BLOCK ? compare(applet, () => data) : { sw: 0x6700 };
  return p2 === ENCIPHERED ? verifyEnciphered(applet, data) : { sw: 0x6a86 };
}

function verifyEnciphered(applet: AppletInTransaction, data: Uint8Array | undefined): Answer {
  const { contents, session } = applet;
  const { rsaPin, rsa } = contents.image.privateKeys;
  const image = rsaPin ?? rsa;
  if (image === undefined) return { sw: 0x6a86 };
  const key = rsaKey(image);
  if (data?.length !== key.modulus.length) return { sw: 0x6700 };
  const { challenge } = session;
  if (challenge === undefined) return { sw: 0x6985 };
  delete session.challenge;
  return compare(applet, () => {
    // A number that is not below the modulus cannot have been enciphered with it: wrong, like any other rubbish.
    const plain = isBelow(data, key.modulus) ? privateOperation(key, data) : new Uint8Array(data.length);
    const fresh = equalInConstantTime(plain.slice(1 + BLOCK, 1 + 2 * BLOCK), challenge);
    return plain[0] === ENCIPHERED_HEADER && fresh ? plain.slice(1, 1 + BLOCK) : new Uint8Array(BLOCK);
  });
}

/** Spends a try, then opens and compares: a power cut in between gains nothing (6). A blocked PIN is never compared. */
function compare(applet: AppletInTransaction, block: () => Uint8Array): Answer {
  const { contents, transaction } = applet;
  const { digits, tries, triesLeft } = contents.image.pin;
  const isFirst = !transaction.pinWasAsked;
  transaction.pinWasAsked = true;
  if (triesLeft === 0) return { sw: isFirst ? 0x6984 : 0x6983 };
  storeTries(applet, triesLeft - 1);
  if (equalInConstantTime(block(), pinBlock2(new TextEncoder().encode(digits)))) {
    storeTries(applet, tries);
    transaction.pin = 'right';
    return done;
  }
  transaction.pin = 'wrong';
  if (triesLeft === 1) lastTrySpent(applet);
  return { sw: 0x63c0 | (triesLeft - 1) };
}

function lastTrySpent(applet: AppletInTransaction): void {
  const { transaction, contents } = applet;
  transaction.pinBlockedNow = true;
  if (!wants(contents, 'pinLimitBlock')) return;
  transaction.blockedByPin = true;
  storeState(applet, { blocked: true });
}

function isBelow(number: Uint8Array, modulus: Uint8Array): boolean {
  const at = modulus.findIndex((byte, index) => byte !== number[index]);
  return at >= 0 && (number[at] ?? 0) < (modulus[at] ?? 0);
}

/** VERIFY (2): after the first cryptogram no more. */
export const pinCommands: CommandRules = {
  '0020': { form: 'sends', run: inPhase(['initiated'], verify) },
};
