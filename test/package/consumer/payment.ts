import { readFileSync } from 'node:fs';
import { fromHex } from 'sscard/apdu';
import { pcscReaders } from 'sscard/drivers/pcsc';
import {
  type EnterPin,
  enterAtPad,
  type Finished,
  type Host,
  Payment,
  type PaymentPause,
  type PaymentState,
  type PinPad,
  parseCaKeys,
  type TerminalConfig,
} from 'sscard/financial';

const terminal: TerminalConfig = {
  country: 156,
  type: 22, // attended, offline with online capability
  capabilities: fromHex('E0F8C8'),
  additionalCapabilities: fromHex('FF80F0A001'),
  serial: '00000001',
  applications: [
    {
      aid: fromHex('A0000003330101'),
      asi: 'partial',
      version: fromHex('0030'),
      floorLimit: 50_000, // fen
      actionCodes: {
        denial: fromHex('0010000000'),
        online: fromHex('DC4004F800'),
        default: fromHex('DC4000A800'),
      },
    },
  ],
};

/** 100.00 yuan, from the card in the reader to the end of the payment. */
export async function pay(pad: PinPad, host: Host, sequence: number): Promise<Finished> {
  const caKeys = await parseCaKeys(readFileSync('ca-keys.json'), 'ca-keys.json');
  await using channel = await pcscReaders().waitForCard();
  const currency = { code: 156, exponent: 2 };
  const request = { service: 'goods', amount: 10_000, currency, sequence } as const;
  const payment = new Payment(channel, { terminal, caKeys }, request);
  let state = await payment.start();
  while (state.kind !== 'finished') state = await answer(payment, state, pad, host);
  return state;
}

/** What persons and host do where the payment waits. */
async function answer(payment: Payment, pause: PaymentPause, pad: PinPad, host: Host): Promise<PaymentState> {
  switch (pause.kind) {
    case 'enter-pin':
      return enterPin(payment, pause, pad);
    case 'go-online':
      return pause.proceed(await host.authorise(pause.request));
    default:
      // Applications to choose, documents to compare, calls to make: here nobody is there to do it.
      return payment.abandon();
  }
}

async function enterPin(payment: Payment, pause: EnterPin, pad: PinPad): Promise<PaymentState> {
  const came = await enterAtPad(pause, pad, { timeout: 60_000 });
  return came.kind === 'entered' ? came.state : payment.abandon();
}
