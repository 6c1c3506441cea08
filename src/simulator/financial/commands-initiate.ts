import { concat, equalBytes, fromHex } from '../../../apdu/bytes.ts';
import { type Answer, type CommandRules, keep, type LineCommand } from '../command.ts';
import { amountObject, amountOf, dataObject, type FinancialContents } from './contents.ts';
import { dolLength, valuesByTag } from './dol.ts';
import type { DataSetImage } from './image.ts';
import { type Applet, ofApplication } from './session.ts';
import { storeState } from './state.ts';

const HIGHEST_ATC = 0xffff;
const COMMAND_TEMPLATE = 0x83;

/** GET PROCESSING OPTIONS: once for each selection; it counts the transaction (4.1, 6). */
function getProcessingOptions(applet: Applet, { p1, p2, data }: LineCommand): Answer {
  const { contents, session, card } = applet;
  const { atc, last } = contents.image.state;
  if (session.transaction !== undefined || atc === HIGHEST_ATC) return { sw: 0x6985 };
  if (p1 !== 0 || p2 !== 0) return { sw: 0x6a86 };
  if (data?.[0] !== COMMAND_TEMPLATE || data[1] !== data.length - 2) return { sw: 0x6a80 };
  const pdolValues = data.slice(2);
  if (pdolValues.length !== dolLength(contents.pdol)) return { sw: 0x6700 };
  const given = valuesByTag(contents.pdol, pdolValues);
  const dataSet = chosen(contents, given);
  if (dataSet === undefined) return { sw: 0x6985 };
  storeState(applet, { atc: atc + 1 });
  session.transaction = {
    ...{ dataSet, last, pdolValues, given },
    ...{ phase: 'initiated', pin: 'not-verified', pinWasAsked: false, pinBlockedNow: false, blockedByPin: false },
    ...{ dynamicSigned: false, limitExceeded: false, issuerAuthentication: 'none', scriptFailed: false },
  };
  const options = concat([fromHex(dataSet.aip), fromHex(dataSet.afl)]);
  return keep(card, concat([Uint8Array.of(0x80, options.length), options]));
}

/** SM algorithms for a terminal that knows them, or where the card has nothing else; then e-cash or not (4.1). */
function chosen(contents: FinancialContents, given: ReadonlyMap<number, Uint8Array>): DataSetImage | undefined {
  const { dataSets } = contents.image;
  const wanted = given.get(0xdf69)?.[0] === 0x01 ? 'SM4' : '3DES';
  const preferred = dataSets.filter(({ algorithm }) => algorithm === wanted);
  const sets = preferred.length > 0 ? preferred : dataSets;
  const eCash = sets.find((set) => set.eCash);
  return eCash && isECash(contents, given) ? eCash : sets.find((set) => !set.eCash);
}

/** Wanted, in its currency, covered by balance and single limit, and nothing went wrong the last time (4.1). */
function isECash(contents: FinancialContents, given: ReadonlyMap<number, Uint8Array>): boolean {
  const { state, pin } = contents.image;
  const [wanted, amount, currency] = [0x9f7a, 0x9f02, 0x5f2a].map((tag) => given.get(tag));
  const ours = dataObject(contents, 0x9f51);
  if (wanted?.[0] !== 0x01 || amount === undefined || currency === undefined || ours === undefined) return false;
  if (!equalBytes(currency, ours)) return false;
  const most = Math.min(Number(state.balance ?? 0), amountObject(contents, 0x9f78) ?? 0);
  if (!(amountOf(amount) <= most)) return false;
  return !state.last.issuerAuthenticationFailed && !state.last.scriptFailed && pin.triesLeft > 0;
}

/** GET PROCESSING OPTIONS (2, 4.1). */
export const initiateCommands: CommandRules = {
  '80A8': { form: 'sends', run: ofApplication(getProcessingOptions) },
};
