import { encodeBerTlv } from '../../../apdu/ber-tlv.ts';
import { concat } from '../../../apdu/bytes.ts';
import { type Answer, type CommandRules, keep, type LineCommand } from '../command.ts';
import {
  adviceOf,
  type CardAction,
  firstAction,
  isOnlineWanted,
  onlineAction,
  unableOnlineAction,
} from './card-action.ts';
import { atcBytes, recordObject } from './contents.ts';
import { cryptogramOf, givenValue, issuerData } from './cryptogram.ts';
import { type Decided, verificationResults } from './cvr.ts';
import { dolEntries, dolLength, valuesByTag } from './dol.ts';
import type { FinancialState } from './image.ts';
import { afterFirst, afterOnline, afterUnableOnline } from './outcome.ts';
import { type AppletInTransaction, type CryptogramKind, inPhase } from './session.ts';
import { DYNAMIC_NUMBER, signDynamic, transactionDigest } from './signature.ts';
import { storeState } from './state.ts';

const KINDS: Readonly<Record<number, CryptogramKind>> = { 0: 'AAC', 64: 'TC', 128: 'ARQC' };
const INFORMATION = { AAC: 0x00, TC: 0x40, ARQC: 0x80 } as const;
const COMBINED = 0x10;
/** Y3 and Z3: the terminal's own codes for no way to the issuer (4.8). */
const UNABLE_ONLINE = ['Y3', 'Z3'];

/** A key whose signature leaves no room for the rest of the answer is none for combined signatures. */
const LONGEST_ANSWER = 256;

/** What P1 asks for, and the values that were sent with it. */
interface Request {
  readonly asked: CryptogramKind;
  readonly combined: boolean;
  /** Of CDOL1, and of CDOL2 with the second command. */
  readonly cdolValues: readonly Uint8Array[];
}

/** GENERATE AC: the first and the second of a transaction; a third is refused (2, 4.7, 4.8). */
function generate(applet: AppletInTransaction, { p1, p2, data = new Uint8Array() }: LineCommand): Answer {
  const { contents, transaction } = applet;
  const second = transaction.phase === 'online';
  const asked = KINDS[p1 & ~COMBINED];
  const combined = (p1 & COMBINED) !== 0;
  const canCombine = (Number.parseInt(transaction.dataSet.aip.slice(0, 2), 16) & 0x01) !== 0;
  if (asked === undefined || p2 !== 0 || (combined && !canCombine)) return { sw: 0x6a86 };
  const list = dolEntries(recordObject(contents, transaction.dataSet, second ? 0x8d : 0x8c));
  if (data.length !== dolLength(list)) return { sw: 0x6700 };
  for (const [tag, value] of valuesByTag(list, data)) transaction.given.set(tag, value);
  const earlier = transaction.first === undefined ? [] : [transaction.first.cdolValues];
  const request = { asked, combined, cdolValues: [...earlier, data] };
  if (!second) return first(applet, request, data);
  return asked === 'ARQC' ? { sw: 0x6a86 } : last(applet, request, asked);
}

function first(applet: AppletInTransaction, request: Request, cdolValues: Uint8Array): Answer {
  const { transaction } = applet;
  transaction.limitExceeded = isOnlineWanted(applet);
  const action = firstAction(applet, request.asked);
  if (action.blocks) transaction.blockedByPin = true;
  transaction.phase = action.kind === 'ARQC' ? 'online' : 'over';
  return answer(applet, request, action, { first: action.kind }, (cryptogram) => {
    transaction.first = { cryptogram, cdolValues };
    return afterFirst(applet, action);
  });
}

function last(applet: AppletInTransaction, request: Request, asked: 'TC' | 'AAC'): Answer {
  const { transaction } = applet;
  const code = String.fromCharCode(...givenValue(transaction, 0x8a, 2));
  const unableOnline = UNABLE_ONLINE.includes(code);
  const action = unableOnline ? unableOnlineAction(applet, asked) : onlineAction(applet, asked);
  transaction.phase = 'over';
  const decided = { first: 'ARQC', second: action.kind, unableOnline } as const;
  return answer(applet, request, action, decided, () =>
    unableOnline ? afterUnableOnline(applet, action) : afterOnline(applet, action),
  );
}

/** Makes the cryptogram, stores what it leaves behind in one write, and answers: data only after they are stored. */
function answer(
  applet: AppletInTransaction,
  request: Request,
  action: CardAction,
  decided: Decided,
  outcome: (cryptogram: Uint8Array) => Partial<FinancialState>,
): Answer {
  const { transaction, contents, card } = applet;
  const signed = request.combined && action.kind !== 'AAC';
  if (signed) transaction.dynamicSigned = true;
  const cvr = verificationResults(applet, decided);
  const cryptogram = cryptogramOf(applet, cvr);
  storeState(applet, outcome(cryptogram));
  const information = Uint8Array.of(INFORMATION[action.kind] | adviceOf(applet, action));
  const issuer = issuerData(applet, cvr);
  if (signed) return combine(applet, request, { information, cryptogram, issuer });
  const body = concat([information, atcBytes(contents), cryptogram, issuer]);
  return keep(card, concat([Uint8Array.of(0x80, body.length), body]));
}

/** Template 77: the cryptogram is only inside the signature, which covers the whole transaction (4.2). */
function combine(
  { contents, transaction, card }: AppletInTransaction,
  { cdolValues }: Request,
  part: Readonly<Record<'information' | 'cryptogram' | 'issuer', Uint8Array>>,
): Answer {
  const { algorithm } = transaction.dataSet;
  const before = [
    { tag: 0x9f27, value: part.information },
    { tag: 0x9f36, value: atcBytes(contents) },
  ];
  const after = [{ tag: 0x9f10, value: part.issuer }];
  const digest = transactionDigest(
    algorithm,
    concat([transaction.pdolValues, ...cdolValues, encodeBerTlv([...before, ...after])]),
  );
  const number = card.random(DYNAMIC_NUMBER);
  const dynamic = concat([Uint8Array.of(number.length), number, part.information, part.cryptogram, digest]);
  const unpredictable = givenValue(transaction, 0x9f37, 4);
  const signature = signDynamic(contents.image, algorithm, dynamic, unpredictable, card.random);
  if (signature === undefined) return { sw: 0x6985 };
  const children = [...before, { tag: 0x9f4b, value: signature }, ...after];
  const template = encodeBerTlv([{ tag: 0x77, value: new Uint8Array(), children }]);
  return template.length > LONGEST_ANSWER ? { sw: 0x6985 } : keep(card, template);
}

/** GENERATE AC (2). */
export const cryptogramCommands: CommandRules = {
  '80AE': { form: 'sends', run: inPhase(['initiated', 'online'], generate) },
};
