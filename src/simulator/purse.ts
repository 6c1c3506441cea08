import { concat, fromHex, toHex } from '../../apdu/bytes.ts';
import { type Answer, type CardCore, type CommandRules, give, isAnswer, keep, type LineCommand } from './command.ts';
import { bytesOf, numberOf } from './numbers.ts';
import { accountOf } from './purse-account.ts';
import { loadCommands } from './purse-load.ts';
import { purchaseCommands } from './purse-purchase.ts';

/**
 * The medical account (social-security-card.md 5.1, 5.2; crypto.md 5). Unproven: no card in use is known to have it.
 * Where the reference is silent or says two things, this card does the following. Amounts are four bytes, binary, in fen.
 *
 * | command | data | answer |
 * | --- | --- | --- |
 * | GET BALANCE `B0 26 00 01` | – | balance 4 |
 * | `B0 26 00 02`, `03` | – | self-paid, pooled total of the year 4 ‖ year 2 (BCD) |
 * | INITIALIZE FOR LOAD `B0 28 00 01` | key index 1 ‖ amount 4 ‖ terminal 6 | balance 4 ‖ online serial 2 ‖ key version 1 ‖ algorithm 1 ‖ random 4 ‖ MAC1 4 |
 * | CREDIT FOR LOAD `B0 22 00 00` | date 4 ‖ time 3 ‖ MAC2 4 | TAC 4 |
 * | INITIALIZE FOR PURCHASE `B0 2A 00 01` | key index 1 ‖ account amount 4 ‖ terminal 6 | balance 4 ‖ offline serial 2 ‖ key version 1 ‖ algorithm 1 ‖ random 4 |
 * | DEBIT FOR PURCHASE `B0 24 00 00` | terminal serial 4 ‖ date 4 ‖ time 3 ‖ [self-paid 4 ‖ pooled 4 ‖] MAC1 4 | TAC 4 ‖ MAC2 4 |
 * | GET TRANSACTION PROVE `80 5A 00 <type>` | serial 2 | MAC2 4 ‖ TAC 4 of the last transaction |
 *
 * - Session keys: load `E(DLK, random ‖ online serial ‖ 8000)`, purchase `E(DPK, random ‖ offline serial ‖ last two bytes
 *   of the terminal serial)`. With SM4 `X ‖ NOT X`.
 * - Load: MAC1 over old balance ‖ amount ‖ type ‖ terminal; MAC2 over amount ‖ type ‖ terminal ‖ date ‖ time; TAC over new
 *   balance ‖ online serial ‖ amount ‖ type ‖ terminal ‖ date ‖ time.
 * - Purchase: MAC1 over amount ‖ type ‖ terminal ‖ date ‖ time; MAC2 over amount; TAC over amount ‖ type ‖ terminal ‖
 *   terminal serial ‖ date ‖ time. `amount` is the one of the account: the other two go into the log and the year
 *   totals, and no MAC covers them (the PSAM's command has no room for them).
 * - Serials in MACs, log and proof are those before they go up. TAC key: left half of DTK XOR right half; with SM4 DTK.
 * - The balance is free to read. INITIALIZE needs the PIN. What was begun ends with the next command, GET RESPONSE aside.
 * - A purchase of a later year starts the year totals anew; one of an earlier year counts in the current one.
 */
export const purseCommands: CommandRules = {
  B026: { form: 'asks', whileBlocked: 'temporary', run: getBalance },
  '805A': { form: 'sends', run: prove },
  ...loadCommands,
  ...purchaseCommands,
};

function getBalance({ contents, session }: CardCore, { p1, p2, p3 }: LineCommand): Answer {
  const account = accountOf(contents, session);
  if (isAnswer(account)) return account;
  const { balance, selfPaid, pooled, year } = account;
  if (p1 !== 0 || p2 < 1 || p2 > 3) return { sw: 0x6a86 };
  if (p2 === 1) return give(bytesOf(balance, 4), p3);
  return give(concat([bytesOf(p2 === 2 ? selfPaid : pooled, 4), fromHex(year)]), p3);
}

function prove(card: CardCore, { p1, p2, data }: LineCommand): Answer {
  const account = accountOf(card.contents, card.session);
  if (isAnswer(account)) return account;
  if (p1 !== 0) return { sw: 0x6a86 };
  if (data?.length !== 2) return { sw: 0x6700 };
  const { proof } = account;
  if (proof === undefined || proof.serial !== numberOf(data) || proof.type !== toHex(Uint8Array.of(p2))) {
    return { sw: 0x9406 };
  }
  return keep(card, fromHex(proof.mac + proof.tac));
}
