import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { Channel } from '../../../drivers/reader.ts';
import { Pin } from '../../../src/crypto/pin.ts';
import type { CaKeys } from '../../../src/financial/ca-keys.ts';
import { parseCaKeys } from '../../../src/financial/ca-keys-file.ts';
import type { AuthorisationRequest, HostAnswer } from '../../../src/financial/payment/host.ts';
import { Payment } from '../../../src/financial/payment/machine.ts';
import type { Finished, PaymentOutcome } from '../../../src/financial/payment/outcome.ts';
import type { EnterOfflinePin, EnterPin, PaymentPause, PaymentState } from '../../../src/financial/payment/pauses.ts';
import type { PaymentRequest } from '../../../src/financial/payment/request.ts';
import type { PaymentSettings } from '../../../src/financial/payment/settings.ts';
import type { ApplicationParameters, TerminalConfig } from '../../../src/financial/payment/terminal.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import demo from '../../../src/simulator/demo-card.json' with { type: 'json' };
import { type Fault, withFaults } from '../../../src/simulator/faults.ts';
import type { BankFileImage } from '../../../src/simulator/financial/bank-file.ts';
import type { FinancialAlgorithm, FinancialImage, FinancialKeysImage } from '../../../src/simulator/financial/image.ts';
import { inventBank } from '../../../src/simulator/financial/invent-bank.ts';
import { type IssuerOrder, SimulatedIssuer } from '../../../src/simulator/financial/issuer.ts';
import type { KeySet } from '../../../src/simulator/financial/issuer-keys.ts';
import type { CardImage } from '../../../src/simulator/image.ts';
import { seededRandom } from '../../../src/simulator/random.ts';
import { simReaders, type VirtualCard } from '../../../src/simulator/readers.ts';
import { PURCHASE, TERMINAL, UNIONPAY } from '../../pure/financial/payment/terminals.ts';

export const PIN = demo.card.financial.pin.digits;
export const OTHER_PIN = '123456';

/** 9F33: what the terminals of these tests can do beside signing (2.6) and nothing (2.4). All have SDA, DDA, CDA. */
export const CAPABILITIES = {
  all: 'E0F8C8',
  signature: 'E028C8',
  plainPin: 'E0A8C8',
  encipheredPin: 'E038C8',
  onlinePin: 'E068C8',
} as const;

/** What a test changes of the demonstration card, its terminal, and what is paid. */
export interface RigOptions {
  readonly bank?: (bank: FinancialImage) => FinancialImage;
  readonly terminal?: Partial<TerminalConfig>;
  readonly application?: Partial<ApplicationParameters>;
  readonly request?: Partial<PaymentRequest>;
  readonly settings?: Partial<PaymentSettings>;
  /** For the host, one after the other. */
  readonly orders?: readonly IssuerOrder[];
  readonly faults?: readonly Fault[];
  /** Puts the card into another reader than the simulated one. */
  readonly connect?: (card: VirtualCard) => Promise<Channel>;
  /** Another bank side than the one of the demonstration card. */
  readonly side?: BankSide;
}

/** A bank side, and the keys of its issuer and authority. */
export interface BankSide {
  readonly image: FinancialImage;
  readonly bank: BankFileImage;
}

const DEMO: BankSide = { image: demo.card.financial as FinancialImage, bank: demo.bank as BankFileImage };

/** Invented from a seed: SM2, SM3 and SM4 only. */
export function smSide(): Promise<BankSide> {
  const facts = { name: '张三', citizenNumber: '320499188001010017', issueDate: '20250101', expiryDate: '20450101' };
  return inventBank({ kind: 'sm2', ...facts }, seededRandom(4));
}

/** A card that wants its issuer: it lowers a TC to an ARQC, and nothing in the TVR is against it. */
export const wantsIssuer = (bank: FinancialImage): FinancialImage => ({
  ...bank,
  data: { ...bank.data, '9F58': '00' },
});

/** One payment with the demonstration card, and its bank behind it. */
export interface Rig {
  readonly payment: Payment;
  readonly card: SimulatedCard;
  readonly channel: Channel;
  readonly issuer: SimulatedIssuer;
  /** Every command that reached the card, as it came over the line: header and data. */
  readonly sent: readonly string[];
  readonly bank: () => FinancialImage;
  readonly host: (request: AuthorisationRequest) => HostAnswer;
}

/** The bank side of the demonstration card, a few changes made. */
export async function paymentRig(options: RigOptions = {}): Promise<Rig> {
  const { bank = (one) => one, terminal = {}, application = {}, request = {}, settings = {}, side = DEMO } = options;
  const image = structuredClone(demo.card) as unknown as CardImage;
  const card = new SimulatedCard({ ...image, financial: bank(structuredClone(side.image)) });
  const sent: string[] = [];
  const faulty = withFaults(listening(card, sent), options.faults ?? []);
  const simulated = (one: VirtualCard) => simReaders(undefined, { card: one }).waitForCard();
  const channel = await (options.connect ?? simulated)(faulty);
  const issuer = new SimulatedIssuer({ masterKeys: mastersOf(side.bank) });
  for (const order of options.orders ?? []) issuer.order(order);
  const applications = [{ ...UNIONPAY, ...application }];
  const payment = new Payment(
    channel,
    { caKeys: await keysOf(side), terminal: { ...TERMINAL, applications, ...terminal }, ...settings },
    { ...PURCHASE, ...request },
  );
  const host = (message: AuthorisationRequest) => {
    const { number: pan, sequence } = message.account();
    return issuer.authorise(message.field55, { pan, sequence });
  };
  const bankNow = () => card.image().financial ?? side.image;
  return { payment, card, channel, issuer, sent, bank: bankNow, host };
}

/** The test authority of a bank side, which counts here. */
export async function keysOf({ bank }: BankSide): Promise<CaKeys> {
  return (await parseCaKeys(JSON.stringify({ keys: bank.caKeys }), 'its own authority')).withTestKeys(true);
}

export const demoKeys = (): Promise<CaKeys> => keysOf(DEMO);

function mastersOf({ masters }: BankFileImage): Partial<Record<FinancialAlgorithm, KeySet>> {
  const bytes = ({ ac, mac, enc }: FinancialKeysImage) => ({ ac: fromHex(ac), mac: fromHex(mac), enc: fromHex(enc) });
  return Object.fromEntries(Object.entries(masters).map(([algorithm, keys]) => [algorithm, bytes(keys)]));
}

function listening(card: SimulatedCard, sent: string[]): VirtualCard {
  return {
    get atr() {
      return card.atr;
    },
    get contactlessAtr() {
      return card.contactlessAtr;
    },
    powerOn: () => card.powerOn(),
    powerOff: () => card.powerOff(),
    reset: () => card.reset(),
    process(command) {
      sent.push(toHex(command));
      return card.process(command);
    },
  };
}

/** What persons and host do at pauses; a pause that is not foreseen fails the test. */
export type Answers = {
  readonly [K in PaymentPause['kind']]?: (pause: Extract<PaymentPause, { kind: K }>) => Promise<PaymentState>;
};

/** Runs to the end. The host is asked unless a test says otherwise. */
export async function payThrough(rig: Rig, answers: Answers = {}): Promise<Finished> {
  const all: Answers = { 'go-online': (pause) => pause.proceed(rig.host(pause.request)), ...answers };
  let state = await rig.payment.start();
  while (state.kind !== 'finished') {
    const answer = all[state.kind] as ((pause: PaymentPause) => Promise<PaymentState>) | undefined;
    if (answer === undefined) throw new Error(`nobody answers ${state.kind}`);
    state = await answer(state);
  }
  return state;
}

/** The outcome as one line: `approved online 00 TC`, `unknown first-generate-ac`. */
export function toldAs({ outcome }: Finished): string {
  return summaryOf(outcome).join(' ');
}

function summaryOf(outcome: PaymentOutcome): readonly string[] {
  const { kind } = outcome;
  switch (kind) {
    case 'approved':
    case 'declined': {
      const by = kind === 'declined' ? [`by ${outcome.by}`] : [];
      const where = outcome.online ? 'online' : 'offline';
      return [kind, ...by, where, outcome.responseCode, outcome.cryptogram.type];
    }
    case 'terminated':
      return [kind, outcome.step, outcome.rule.rule.id];
    case 'not-accepted':
      return [kind, outcome.reason];
    case 'unknown':
      return [kind, outcome.step];
    default:
      return [kind];
  }
}

/** Types digits, one PIN after the other, as a person who does not spend the last try by mistake. */
export function typing(...pins: readonly string[]): (pause: EnterPin) => Promise<PaymentState> {
  const left = [...pins];
  return (pause) => {
    if (pause.where === 'host') throw new Error('the PIN goes to the card');
    return enter(pause, left.shift() ?? '');
  };
}

export function enter(pause: EnterOfflinePin, digits: string, lastTry = pause.lastTry): Promise<PaymentState> {
  return pause.enter(Pin.fromDigits(new TextEncoder().encode(digits)), { lastTry });
}

/** Commands of a kind that reached the card. @param ins hex, as `AE` */
export const ofKind = (sent: readonly string[], ins: string): readonly string[] =>
  sent.filter((command) => command.slice(2, 4) === ins);

/** TVR of the last record. */
export const lastTvr = ({ records }: Finished): string => records.at(-1)?.tvr ?? '';

/** 9F34, from what goes to the clearing. */
export function cvmResults({ outcome }: Finished): string {
  const data = 'data' in outcome ? toHex(outcome.data) : '';
  return /9F3403([0-9A-F]{6})/.exec(data)?.[1] ?? '';
}
