import { concat } from '../../apdu/bytes.ts';
import { type Answer, type CardCore, type CommandRules, isAnswer, keep, type LineCommand } from './command.ts';
import { compare } from './key-tries.ts';
import { bytesOf } from './numbers.ts';
import {
  begin,
  begunBefore,
  commit,
  isDateAndTime,
  macsOf,
  orderOf,
  serialOf,
  tacOf,
  typeOf,
} from './purse-account.ts';

const HIGHEST_BALANCE = 0xffff_ffff;
/** Fills the factor of the session key of a load (5.1, step 3). */
const TAIL = Uint8Array.of(0x80, 0x00);

function initialise(card: CardCore, command: LineCommand): Answer {
  const order = orderOf(card, command, 'load');
  if (isAnswer(order)) return order;
  const { account, amount, terminal } = order;
  if (account.balance + amount > HIGHEST_BALANCE) return { sw: 0x6985 };
  const head = begin(card, order);
  const macOf = macsOf(card, { ...order, random: head.subarray(-4) }, TAIL);
  const mac1 = macOf(bytesOf(account.balance, 4), bytesOf(amount, 4), typeOf(account, 'load'), terminal);
  return keep(card, concat([head, mac1]));
}

/** Date 4 ‖ time 3 ‖ MAC2 4. */
function credit(card: CardCore, { p1, p2, data }: LineCommand): Answer {
  const begun = begunBefore(card, 'load');
  if (p1 !== 0 || p2 !== 0) return { sw: 0x6a86 };
  if (data?.length !== 11) return { sw: 0x6700 };
  if (isAnswer(begun)) return begun;
  const { account, key, amount, terminal } = begun;
  const [when, mac, type] = [data.slice(0, 7), data.slice(7), typeOf(account, 'load')];
  if (!isDateAndTime(when)) return { sw: 0x6a80 };
  const expected = macsOf(card, begun, TAIL)(bytesOf(amount, 4), type, terminal, when);
  if (!compare(card.memory, key, expected, mac)) return { sw: 0x9302 };
  const balance = account.balance + amount;
  const serial = serialOf(account, 'load');
  const tac = tacOf(card, bytesOf(balance, 4), bytesOf(serial, 2), bytesOf(amount, 4), type, terminal, when);
  if (tac === undefined) return { sw: 0x9406 };
  const changed = { ...account, balance, onlineSerial: serial + 1 };
  commit(card, changed, { type, serial, terminal, when, amounts: [amount, 0, 0], mac, tac });
  return keep(card, tac);
}

/** INITIALIZE FOR LOAD and CREDIT FOR LOAD (5.1). */
export const loadCommands: CommandRules = {
  B028: { form: 'sends', run: initialise },
  B022: { form: 'sends', endsTransaction: true, run: credit },
};
