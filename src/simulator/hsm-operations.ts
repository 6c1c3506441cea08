import { concat, toHex } from '../../apdu/bytes.ts';
import type { MasterKey } from './card-file-check.ts';
import { commandMacOf, cryptogramOf, encipheredPin, protection } from './hsm-authentication.ts';
import { cardKeyFor, cardMembers, type KeyAct } from './hsm-card.ts';
import { hex, hexUpTo, type Members, object, oneOf, type Read } from './hsm-members.ts';
import { type PinKeys, sealedPin } from './hsm-pin.ts';
import { authoriseLoad, type Purchases, purseMembers, tacIsRight } from './hsm-purse.ts';

/** What the operations work with. */
export interface HsmState {
  readonly masters: readonly MasterKey[];
  readonly pinKeys: PinKeys;
  readonly purchases: Purchases;
  readonly now: () => Date;
}

/** Checks a body and does what it asks. @throws HsmRefusal */
export type Operation = (state: HsmState, body: unknown) => Readonly<Record<string, unknown>>;

function operation<S extends Readonly<Record<string, Read<unknown>>>>(
  shape: S,
  run: (state: HsmState, members: Members<S>) => Readonly<Record<string, unknown>>,
): Operation {
  const read = object(shape);
  return (state, body) => run(state, read(body, ''));
}

const authentication = (act: KeyAct) =>
  operation({ ...cardMembers, factor: hex(8), data: hex(8) }, ({ masters }, members) => {
    const key = cardKeyFor(masters, members, act);
    return { cryptogram: toHex(cryptogramOf(key, members.factor, members.data, members.fill ?? 'repeat')) };
  });

const protectionMembers = { mac: oneOf('session', 'pboc'), challenge: hexUpTo(4, 8), header: hex(5) };

const commandMac = operation({ ...cardMembers, ...protectionMembers }, ({ masters }, members) => {
  const rule = protection(members.mac, members.challenge);
  return { mac: toHex(commandMacOf(cardKeyFor(masters, members, 'mac'), rule, members.header)) };
});

const protectPin = operation(
  { ...cardMembers, ...protectionMembers, pin: sealedPin },
  ({ masters, pinKeys }, { header, pin, card, challenge, mac, ...members }) => {
    const block = pinKeys.open(pin, concat([card.factor, challenge, header]));
    try {
      const rule = protection(mac, challenge);
      const key = cardKeyFor(masters, { ...members, card }, 'mac');
      const enciphered = encipheredPin(key, rule, block);
      return { enciphered: toHex(enciphered), mac: toHex(commandMacOf(key, rule, concat([header, enciphered]))) };
    } finally {
      block.fill(0);
    }
  },
);

const load = operation(
  { ...cardMembers, ...purseMembers, oldBalance: hex(4), mac1: hex(4) },
  ({ masters, now }, members) => authoriseLoad(cardKeyFor(masters, members, 'load'), members, now()),
);

const purchase = operation(
  { ...cardMembers, ...purseMembers, selfPaid: hex(4), pooled: hex(4), date: hex(4), time: hex(3) },
  ({ masters, purchases }, members) => purchases.authorise(cardKeyFor(masters, members, 'purchase'), members),
);

const confirm = operation({ transaction: hex(16), mac2: hex(4) }, ({ purchases }, { transaction, mac2 }) => ({
  result: purchases.confirm(transaction, mac2) ? 'right' : 'wrong',
}));

const tac = operation({ ...cardMembers, data: hexUpTo(1, 64), tac: hex(4) }, ({ masters }, members) => ({
  result: tacIsRight(cardKeyFor(masters, members, 'tac'), members.data, members.tac) ? 'right' : 'wrong',
}));

/** The operations of docs/hsm-service.md by name. */
export const operations: ReadonlyMap<string, Operation> = new Map([
  ['internal-authentication', authentication('internal')],
  ['external-authentication', authentication('external')],
  ['command-mac', commandMac],
  ['pin-key', operation({}, ({ pinKeys }) => pinKeys.make())],
  ['protect-pin', protectPin],
  ['authorise-load', load],
  ['authorise-purchase', purchase],
  ['confirm-purchase', confirm],
  ['check-tac', tac],
]);
