import { hsmProvider } from '../../../src/keys/hsm.ts';
import { keyRing } from '../../../src/keys/ring.ts';
import type { CardImage } from '../../../src/simulator/image.ts';
import { directService } from '../account/direct-service.ts';
import type { Flow } from './flows.ts';
import { faultMatrix } from './matrix.ts';
import { type KeysOf, pinOf, pins } from './rig.ts';

/** The initial PIN may not transact (6.6). */
function ownPin(image: CardImage): CardImage {
  return { ...image, pin: { ...image.pin, digits: pins.other } };
}

function afterLoad(image: CardImage): CardImage {
  const proof = { type: '30', serial: 1, mac: '9F184073', tac: '49A60243' };
  return image.purse === undefined ? image : { ...image, purse: { ...image.purse, onlineSerial: 2, proof } };
}

/** A PSAM has no command for a load (7.2). */
const both: KeysOf = (psam, { masters }) => keyRing([psam, hsmProvider(directService(masters))]);

const ALL = ['1.0', '2.0', '3.0'] as const;
const at = new Date(2026, 2, 3, 9, 30, 0);

/** Acts of the medical account, and the certificate's key. */
const flows: readonly Flow[] = [
  { name: 'account', generations: ALL, act: (card, w) => card.social.account.show(w), earns: false },
  {
    name: 'account under the PIN',
    generations: ['2.0'],
    act: (card, w) => card.social.account.show({ pin: pinOf(pins.initial), ...w }),
    offersPin: true,
    earns: false,
  },
  {
    name: 'log',
    generations: ALL,
    act: (card, w) => card.social.account.log({ pin: pinOf(pins.initial), ...w }),
    earns: true,
  },
  {
    name: 'offline settlement',
    generations: ['1.0', '2.0'],
    act: (card, w) => card.social.account.offline({ pin: pinOf(pins.initial), ...w }),
    earns: true,
  },
  {
    name: 'load',
    generations: ALL,
    before: ownPin,
    keys: both,
    act: (card, w) => card.social.account.load({ pin: pinOf(pins.other), amount: 5000, ...w }),
    good: 'done',
    earns: true,
  },
  {
    name: 'purchase, proof checked',
    generations: ['2.0'],
    before: ownPin,
    keys: both,
    act: (card, w) => card.social.account.purchase({ pin: pinOf(pins.other), amount: 1000, at, ...w }),
    good: 'done',
    earns: true,
  },
  {
    name: 'purchase',
    generations: ALL,
    before: ownPin,
    act: (card, w) => card.social.account.purchase({ pin: pinOf(pins.other), amount: 1000, at, ...w }),
    good: 'done',
    earns: true,
  },
  {
    name: 'purchase with three shares',
    generations: ['2.0'],
    before: ownPin,
    act: (card, w) => {
      const shares = { amount: 200, selfPaid: 500, pooled: 2000 };
      return card.social.account.purchase({ pin: pinOf(pins.other), ...shares, at, ...w });
    },
    good: 'done',
    earns: true,
  },
  {
    name: 'purchase that the account does not pay',
    generations: ['2.0'],
    before: ownPin,
    act: (card, w) => {
      const shares = { amount: 0, selfPaid: 500, pooled: 2000 };
      return card.social.account.purchase({ pin: pinOf(pins.other), ...shares, at, ...w });
    },
    good: 'done',
    earns: true,
  },
  {
    name: 'proof of a transaction',
    generations: ALL,
    before: afterLoad,
    act: (card, w) => card.social.account.prove('load', 1, w),
    good: 'proof',
    earns: false,
  },
  {
    name: 'key of the certificate',
    generations: ['2.0', '3.0'],
    act: (card, w) => card.social.certificateKey(w),
    earns: false,
  },
];

faultMatrix('the account', flows);
