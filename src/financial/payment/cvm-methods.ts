import type { Course } from './course.ts';
import { showIdentity } from './identity.ts';
import { verifyOfflinePin } from './offline-pin.ts';
import { enterOnlinePin } from './online-pin.ts';
import { CAPABILITY, has, type TerminalConfig } from './terminal.ts';

/** How a method went: `unknown` when others judge it, the host or the person who looks at a signature. */
export type Performed = 'unknown' | 'failed' | 'successful';

/** One method of cardholder verification. */
export interface CvmMethod {
  /** By the capabilities of the terminal, 9F33. */
  readonly supported: (terminal: TerminalConfig) => boolean;
  readonly perform: (course: Course) => Promise<Performed> | Performed;
  /** The cardholder signs. */
  readonly signature?: true;
  /** Known only in applications of the Chinese schemes. */
  readonly pbocOnly?: true;
}

const plainPin: CvmMethod = {
  supported: (terminal) => has(terminal, CAPABILITY.plainPin),
  perform: (course) => verifyOfflinePin(course, 'plain'),
};
const encipheredPin: CvmMethod = {
  supported: (terminal) => has(terminal, CAPABILITY.encipheredPin),
  perform: (course) => verifyOfflinePin(course, 'enciphered'),
};
const signature: CvmMethod = {
  supported: (terminal) => has(terminal, CAPABILITY.signature),
  perform: () => 'unknown',
  signature: true,
};

/** PIN and signature: both have to be right, and nobody knows yet of the second. */
const andSignature = (pin: CvmMethod): CvmMethod => ({
  supported: (terminal) => pin.supported(terminal) && signature.supported(terminal),
  perform: async (course) => ((await pin.perform(course)) === 'failed' ? 'failed' : 'unknown'),
  signature: true,
});

/** By the low six bits of the code (E3 Annex C3, P5). */
export const CVM_METHODS: Readonly<Record<number, CvmMethod>> = {
  0: { supported: () => true, perform: () => 'failed' },
  1: plainPin,
  2: { supported: (terminal) => has(terminal, CAPABILITY.onlinePin), perform: enterOnlinePin },
  3: andSignature(plainPin),
  4: encipheredPin,
  5: andSignature(encipheredPin),
  30: signature,
  31: { supported: (terminal) => has(terminal, CAPABILITY.noVerification), perform: () => 'successful' },
  32: { supported: ({ comparesIdentity = false }) => comparesIdentity, perform: showIdentity, pbocOnly: true },
};
