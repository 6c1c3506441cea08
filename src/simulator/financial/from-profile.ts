import { decodeBerTlv, findTag } from '../../../apdu/ber-tlv.ts';
import { fromHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { type Check, checkShape, hex, object, table, text, upTo } from '../shape.ts';
import { type FinancialImage, NEW_TRANSACTIONS, type PaymentDirectoryImage } from './image.ts';

/** A published profile of a laboratory card, as far as a card needs it (vector file upi-test-card-0031-profile). */
interface Profile {
  readonly pse: { readonly fci: string; readonly records: Readonly<Record<string, string>> };
  readonly application: {
    readonly aid: string;
    readonly fciContact: string;
    readonly debitCredit: { readonly aip: string; readonly afl: string };
    readonly eCash: { readonly aip: string; readonly afl: string };
    readonly records: Readonly<Record<string, string>>;
    readonly getData: Readonly<Record<string, string>>;
    readonly issuerApplicationDataTemplate: string;
    readonly pin: string;
    readonly pinTryLimit: number;
  };
  readonly cardKeys: { readonly ac: string; readonly mac: string; readonly enc: string };
  readonly iccPrivateKey: { readonly p: string; readonly q: string; readonly publicExponent: string };
}

const dataSet = object({ aip: hex(2, 2), afl: hex(4, 252) });
const record = hex(2, 256);
const recordName = /^(?:[1-9]|[12]\d|30)\.[1-9]\d{0,2}$/;
const key = hex(16, 16);
/** 9F79 is there where the card has e-cash. */
const counters = { '9F36': hex(2, 2), '9F13': hex(1, 2), '9F17': text(/^0[0-9A-F]$/, '00 to 0F') };

const profile: Check = object({
  pse: object({ fci: hex(2, 256), records: table(/^[1-9]\d{0,2}$/, 'a record number', record, 255) }),
  application: object({
    aid: hex(5, 16),
    fciContact: hex(2, 256),
    debitCredit: dataSet,
    eCash: dataSet,
    records: table(recordName, 'file and record: 2.1', record, 255),
    getData: (whole) => {
      table(/^[0-9A-F]{2,6}$/, 'a tag', hex(0, 252), 255)(whole);
      object(counters)(whole);
    },
    issuerApplicationDataTemplate: hex(8, 32),
    pin: text(/^\d{4,12}$/, 'four to twelve digits'),
    pinTryLimit: upTo(15),
  }),
  cardKeys: object({ ac: key, mac: key, enc: key }),
  iccPrivateKey: object({ p: hex(32, 128), q: hex(32, 128), publicExponent: hex(1, 3) }),
});

/**
 * The bank side that a published profile describes, before its first transaction: its bytes as they stand there. Such a
 * card has RSA and 3DES only; who certified it is not in the profile.
 * @param value JSON in the shape of the laboratory card's profile
 * @param file its name, for the error
 * @throws SscardError `sim-file-malformed` with the first wrong member in `place` (`lab.json: application.pin`)
 */
export function fromProfile(value: unknown, file: string): FinancialImage {
  checkShape(value, file, profile);
  const { pse, application, cardKeys, iccPrivateKey } = value as Profile;
  const {
    '9F36': counter = '',
    '9F13': lastOnlineAtc = '',
    '9F17': tries = '',
    '9F79': balance,
    ...data
  } = application.getData;
  const { debitCredit, eCash, pin, pinTryLimit } = application;
  return {
    directory: directoryOf(pse, file),
    aid: application.aid,
    fci: application.fciContact,
    dataSets: [
      { algorithm: '3DES', eCash: false, ...debitCredit },
      { algorithm: '3DES', eCash: true, ...eCash },
    ],
    records: application.records,
    data,
    // A laboratory card tells everything.
    internal: [],
    keys: { '3DES': { ac: cardKeys.ac, mac: cardKeys.mac, enc: cardKeys.enc } },
    privateKeys: { rsa: { p: iccPrivateKey.p, q: iccPrivateKey.q, exponent: iccPrivateKey.publicExponent } },
    pin: { digits: pin, tries: pinTryLimit, triesLeft: Number.parseInt(tries, 16) },
    issuerData: application.issuerApplicationDataTemplate,
    state: {
      ...NEW_TRANSACTIONS,
      atc: Number.parseInt(counter, 16),
      lastOnlineAtc,
      blocked: false,
      ...(balance !== undefined && { balance }),
    },
  };
}

/** Its records are in the file that tag 88 of its FCI names. */
function directoryOf({ fci, records }: Profile['pse'], file: string): PaymentDirectoryImage {
  const sfi = shortFile(fci);
  if (sfi === undefined) throw new SscardError('sim-file-malformed', 'names no file', { place: `${file}: pse.fci` });
  const numbers = Object.keys(records)
    .map(Number)
    .sort((a, b) => a - b);
  const missing = numbers.find((number, at) => number !== at + 1);
  if (missing !== undefined) {
    throw new SscardError('sim-file-malformed', 'records with a gap', { place: `${file}: pse.records.${missing}` });
  }
  return { fci, sfi, records: numbers.map((number) => records[number] ?? '') };
}

function shortFile(fci: string): number | undefined {
  try {
    return findTag(decodeBerTlv(fromHex(fci), { padding: true }), 0x88)?.value[0];
  } catch (error) {
    if (error instanceof SscardError) return undefined;
    throw error;
  }
}
