import type {
  KeyAnswer,
  KeyProvider,
  LoadAuthorisation,
  ProtectedPin,
  ProtectPinRequest,
  PurchaseAuthorisation,
  TerminalNumbers,
} from '../keys/provider.ts';

const done = <T>(value: T): Promise<KeyAnswer<T>> => Promise.resolve({ kind: 'done', value });
const blank = (length: number) => new Uint8Array(length);

/**
 * A provider that knows no key and gives zeros, for a replay: what a key made is hidden in a transcript, and a hidden
 * byte fits any.
 */
export const blankKeys: KeyProvider = {
  kind: 'psam',
  terminal: async (): Promise<TerminalNumbers> => ({ terminalNumber: null, terminalDeviceNumber: null }),
  cryptogram: () => done(blank(8)),
  commandMac: () => done(blank(4)),
  protectPin: ({ pin, card }: ProtectPinRequest): Promise<KeyAnswer<ProtectedPin>> => {
    pin.wipe();
    return done({ enciphered: blank(card.rule === '3DES' ? 8 : 16), mac: blank(4) });
  },
  authoriseLoad: (): Promise<KeyAnswer<LoadAuthorisation>> => done({ date: blank(4), time: blank(3), mac2: blank(4) }),
  authorisePurchase: (): Promise<KeyAnswer<PurchaseAuthorisation>> =>
    done({ terminalSerial: blank(4), mac1: blank(4) }),
  confirmPurchase: () => done(true),
  checkTac: () => done(true),
  [Symbol.asyncDispose]: async () => {},
};
