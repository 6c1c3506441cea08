import type { CardImage } from '../../../src/simulator/image.ts';
import { type Act, type Generation, type KeysOf, pinOf, pins } from './rig.ts';

/** One act of the counter, and what the matrix may expect of it. */
export interface Flow {
  readonly name: string;
  readonly generations: readonly Generation[];
  readonly act: Act;
  /** The state of the card that the act finds; default: as it was issued. */
  readonly before?: (image: CardImage) => CardImage;
  /** A PIN is offered, and presented only where the card asks for it. */
  readonly offersPin?: true;
  /** Where the keys are; default: the PSAM. */
  readonly keys?: KeysOf;
  /** Checks what was said against the card, where more is said than done, not done or unknown. */
  readonly truth?: (came: unknown, before: CardImage, after: CardImage) => void;
  /** `kind` of the outcome when nothing goes wrong; undefined: the result is no outcome. */
  readonly good?: string;
  /** It earns a right, so the card has to be reset. */
  readonly earns: boolean;
}

const ALL = ['1.0', '2.0', '3.0'] as const;

function blockedPin(image: CardImage): CardImage {
  return { ...image, pin: { ...image.pin, triesLeft: 0 } };
}

/** Acts of the PIN and the keys; those of files and of the account stand in files of their own. */
export const flows: readonly Flow[] = [
  { name: 'generation', generations: ALL, act: (card, w) => card.social.generation(w), earns: false },
  { name: 'read basic information', generations: ALL, act: (card, w) => card.social.readBasic(w), earns: false },
  {
    name: 'check genuineness',
    generations: ALL,
    act: (card, w) => card.social.checkGenuine(w),
    good: 'genuine',
    earns: false,
  },
  { name: 'PIN state', generations: ALL, act: (card, w) => card.social.pin.status(w), earns: false },
  {
    name: 'verify',
    generations: ALL,
    act: (card, w) => card.social.pin.verify(pinOf(pins.initial), w),
    good: 'verified',
    earns: true,
  },
  {
    name: 'verify a wrong PIN',
    generations: ['2.0'],
    act: (card, w) => card.social.pin.verify(pinOf(pins.other), w),
    good: 'wrong',
    earns: false,
  },
  {
    name: 'change the PIN',
    generations: ALL,
    act: (card, w) => card.social.pin.change(pinOf(pins.initial), pinOf(pins.other), w),
    good: 'changed',
    earns: true,
  },
  {
    name: 'reset the PIN',
    generations: ALL,
    before: blockedPin,
    act: (card, w) => card.social.pin.reset(pinOf(pins.third), w),
    good: 'changed',
    earns: true,
  },
  {
    name: 'unblock the PIN',
    generations: ALL,
    before: blockedPin,
    act: (card, w) => card.social.pin.unblock(w),
    good: 'changed',
    earns: true,
  },
  {
    name: 'block the application',
    generations: ALL,
    act: (card, w) => card.social.block('temporary', w),
    good: 'done',
    earns: false,
  },
  {
    name: 'unblock the application',
    generations: ALL,
    before: (image) => ({ ...image, block: 'temporary' }),
    act: (card, w) => card.social.unblock(w),
    good: 'done',
    earns: false,
  },
];
