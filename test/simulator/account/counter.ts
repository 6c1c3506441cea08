import { hsmProvider } from '../../../src/keys/hsm.ts';
import { keyRing } from '../../../src/keys/ring.ts';
import type { CardImage, PurseImage } from '../../../src/simulator/image.ts';
import type { MedicalAccount } from '../../../src/social/account/account.ts';
import { cardFile, type Generation, type KeysOf, pinOf, pins, Rig, type RigOptions } from '../matrix/rig.ts';
import { type Change, directService } from './direct-service.ts';

/** What the account holds at the start of each test, in fen. */
export const MONEY = { balance: 10_000, selfPaid: 3_000, pooled: 20_000, year: '2026' } as const;
export const AT = new Date(2026, 2, 3, 9, 30, 0);

export interface CounterOptions extends Omit<RigOptions, 'keys'> {
  readonly generation?: Generation;
  /** Default: the PSAM, then the service. */
  readonly keys?: KeysOf;
  /** What becomes of the answers of the service. */
  readonly change?: Change;
  /** Default: a PIN of the holder, and the account with its money. */
  readonly image?: CardImage;
}

/** One card at a counter that has its PSAM and the key service. */
export class Counter {
  readonly rig: Rig;

  private constructor(rig: Rig) {
    this.rig = rig;
  }

  static async open({ generation = '2.0', keys, change, image, ...rest }: CounterOptions = {}): Promise<Counter> {
    const file = await cardFile(generation);
    const both: KeysOf = (psam, { masters }) => keyRing([psam, hsmProvider(directService(masters, change))]);
    const card = image ?? withMoney(file.card);
    return new Counter(await Rig.open({ ...file, card }, { ...rest, keys: keys ?? both }));
  }

  get account(): MedicalAccount {
    return this.rig.card.social.account;
  }

  get purse(): PurseImage {
    const { purse } = this.rig.image();
    if (purse === undefined) throw new Error('a card without an account');
    return purse;
  }

  get balance(): number {
    return this.purse.balance;
  }

  /** Commands of this instruction that reached the card. */
  sent(header: string): number {
    return this.rig.sent.filter((hex) => hex.startsWith(header)).length;
  }

  load(amount = 5_000) {
    return this.account.load({ pin: pinOf(pins.other), amount });
  }

  pay(amount = 1_000, shares: { readonly selfPaid?: number; readonly pooled?: number } = {}) {
    return this.account.purchase({ pin: pinOf(pins.other), amount, ...shares, at: AT });
  }
}

function withMoney({ pin, purse, ...card }: CardImage): CardImage {
  if (purse === undefined) throw new Error('a card without an account');
  return { ...card, pin: { ...pin, digits: pins.other }, purse: { ...purse, ...MONEY } };
}
