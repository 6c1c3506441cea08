import { type BerTlv, encodeBerTlv } from '../../../apdu/ber-tlv.ts';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import type { RandomBytes } from '../../crypto/random.ts';
import {
  ACTION_CODES,
  AID,
  AIP,
  CDOL1,
  CDOL2,
  CHINA,
  CODE_TABLE,
  CVM_LIST,
  DATA,
  DIRECTORY_NAME,
  E_CASH_ACTION_CODES,
  E_CASH_CODE,
  E_CASH_CVM_LIST,
  INTERNAL,
  ISSUER_DATA,
  LABEL,
  LANGUAGES,
  LOAD_LOG,
  LOG,
  PDOL,
  SERVICE_CODE,
  SM_INDICATOR,
  USAGE,
  VELOCITY,
  VERSION,
} from './bank-data.ts';
import type { CaKeyImage } from './ca-keys.ts';
import { type CertificateOrder, certificatesOf } from './certificates.ts';
import {
  type DataSetImage,
  type FinancialAlgorithm,
  type FinancialImage,
  type FinancialState,
  NEW_TRANSACTIONS,
} from './image.ts';
import { object, packed, recordOf, template } from './objects.ts';

/** What is written on the bank side of one card. */
export interface BankPersonalisation extends Omit<CertificateOrder, 'staticData'> {
  /** Which sets of data it has; the first one is for terminals that do not know SM2 (P17). */
  readonly algorithms: readonly [FinancialAlgorithm, ...FinancialAlgorithm[]];
  /** Two digits: tag 5F34. */
  readonly sequence: string;
  /** `YYMMDD`. */
  readonly effective: string;
  /** GBK, at most 26 bytes: tag 5F20. */
  readonly name: Uint8Array;
  /** Number of the identity card (9F61). */
  readonly identity: string;
  /** GBK, at most 16 bytes: tag 9F12. */
  readonly preferredName?: Uint8Array;
  /** Offline PIN. */
  readonly pin: string;
  readonly keys: FinancialImage['keys'];
  /** Tag 82. Default 7D00. */
  readonly aip?: string;
  /** Tag 8E. Default: every method of the reference. */
  readonly cvmList?: string;
  /** Default: a new card without money. */
  readonly state?: Partial<FinancialState>;
}

/** The bank side of a card, and the public keys a terminal needs for it. */
export interface PersonalisedBank {
  readonly image: FinancialImage;
  readonly caKeys: readonly CaKeyImage[];
}

const PIN_TRIES = 3;
/** Of the certificates; the other records are in 1, 3 and 4. */
const CERTIFICATE_FILE = { '3DES': 2, SM4: 5 } as const;
const NEW_STATE: FinancialState = {
  atc: 0,
  lastOnlineAtc: '0000',
  blocked: false,
  balance: '000000000000',
  ...NEW_TRANSACTIONS,
};

/**
 * The bank side as it leaves the personaliser: a UnionPay debit card with e-cash and logs (emv-pboc.md 1, 3, 4).
 * @param random for keys and signatures; the same bytes give the same card
 * @throws RangeError for certificates that fit no record, and for lengths of keys that there are not
 */
export async function personaliseBank(order: BankPersonalisation, random: RandomBytes): Promise<PersonalisedBank> {
  const { aip = AIP } = order;
  const signed = recordOf(signedObjects(order));
  // The content of the template is signed, without its tag and its one byte of length (4.2).
  const staticData = concat([fromHex(signed).subarray(2), fromHex(aip)]);
  const records: Record<string, string> = { ...commonRecords(order), '3.1': signed };
  const dataSets: DataSetImage[] = [];
  const caKeys: CaKeyImage[] = [];
  let privateKeys: FinancialImage['privateKeys'] = {};
  for (const algorithm of order.algorithms) {
    const certified = await certificatesOf(algorithm, { ...order, staticData }, random);
    const certificates = packed(certified.objects);
    certificates.forEach((record, at) => {
      records[`${CERTIFICATE_FILE[algorithm]}.${at + 1}`] = record;
    });
    dataSets.push(...dataSetsOf(algorithm, aip, certificates.length));
    caKeys.push(certified.caKey);
    privateKeys = { ...privateKeys, ...certified.privateKeys };
  }
  const image = {
    directory: { fci: directoryFci(), sfi: 1, records: [recordOf([directoryEntry(order)])] },
    aid: AID,
    fci: applicationFci(order),
    dataSets,
    // In the order of the files, for whoever reads the card file.
    records: Object.fromEntries(Object.entries(records).sort(([one], [other]) => (one < other ? -1 : 1))),
    data: DATA,
    internal: INTERNAL,
    keys: order.keys,
    privateKeys,
    pin: { digits: order.pin, tries: PIN_TRIES, triesLeft: PIN_TRIES },
    issuerData: ISSUER_DATA,
    state: { ...NEW_STATE, ...order.state },
  };
  return { image, caKeys };
}

function directoryFci(): string {
  const proprietary = [object(0x88, '01'), object(0x5f2d, LANGUAGES), object(0x9f11, CODE_TABLE)];
  return fciOf(DIRECTORY_NAME, proprietary);
}

function directoryEntry(order: BankPersonalisation): BerTlv {
  return template(0x61, [object(0x4f, AID), object(0x50, LABEL), object(0x87, '01'), ...preferredName(order)]);
}

function applicationFci(order: BankPersonalisation): string {
  return fciOf(AID, [
    object(0x50, LABEL),
    object(0x87, '01'),
    object(0x9f38, order.algorithms.includes('SM4') ? SM_INDICATOR + PDOL : PDOL),
    object(0x5f2d, LANGUAGES),
    ...preferredName(order),
    template(0xbf0c, [object(0x9f4d, LOG), object(0xdf4d, LOAD_LOG)]),
  ]);
}

function fciOf(name: string, proprietary: readonly BerTlv[]): string {
  return toHex(encodeBerTlv([template(0x6f, [object(0x84, name), template(0xa5, proprietary)])]));
}

function preferredName({ preferredName: name }: BankPersonalisation): readonly BerTlv[] {
  return name === undefined ? [] : [object(0x9f11, CODE_TABLE), object(0x9f12, name)];
}

function signedObjects({ accountNumber, effective, expires, sequence }: BankPersonalisation): readonly BerTlv[] {
  return [
    object(0x5a, wholeBytes(accountNumber)),
    object(0x5f24, expires),
    object(0x5f25, effective),
    object(0x5f28, CHINA),
    object(0x5f34, sequence),
    object(0x9f07, USAGE),
    object(0x9f4a, '82'),
  ];
}

/** What both algorithms have. Record 3.3 tells the terminal that a transaction is e-cash (4.1). */
function commonRecords(order: BankPersonalisation): Readonly<Record<string, string>> {
  return {
    '1.1': recordOf(holderObjects(order)),
    '3.2': recordOf([object(0x9f08, VERSION), object(0x5f30, SERVICE_CODE), object(0x9f42, CHINA)]),
    '3.3': recordOf([object(0x9f74, E_CASH_CODE)]),
    '3.4': recordOf(riskObjects(E_CASH_CVM_LIST, E_CASH_ACTION_CODES)),
    '4.1': recordOf([object(0x9f14, VELOCITY[0]), object(0x9f23, VELOCITY[1])]),
    '4.2': recordOf([object(0x8c, CDOL1), object(0x8d, CDOL2)]),
    '4.3': recordOf(riskObjects(order.cvmList ?? CVM_LIST, ACTION_CODES)),
  };
}

/** Track 2 with digits of the issuer that mean nothing. */
function holderObjects({ accountNumber, expires, name, identity }: BankPersonalisation): readonly BerTlv[] {
  const track = `${accountNumber}D${expires.slice(0, 4)}${SERVICE_CODE.slice(1)}000000000`;
  return [
    object(0x57, wholeBytes(track)),
    object(0x5f20, name),
    object(0x9f61, new TextEncoder().encode(identity)),
    object(0x9f62, '00'),
  ];
}

function riskObjects(cvmList: string, codes: readonly string[]): readonly BerTlv[] {
  return [object(0x8e, cvmList), ...codes.map((code, at) => object(0x9f0d + at, code))];
}

/** Holder, certificates, what is signed, what else is needed; e-cash has other limits and no velocity (4.1). */
function dataSetsOf(algorithm: FinancialAlgorithm, aip: string, certificates: number): readonly DataSetImage[] {
  const file = toHex(Uint8Array.of(CERTIFICATE_FILE[algorithm] << 3, 1, certificates, 0));
  return [
    { algorithm, eCash: false, aip, afl: `08010100${file}1801020120010300` },
    { algorithm, eCash: true, aip, afl: `08010100${file}1801040120010200` },
  ];
}

function wholeBytes(digits: string): string {
  return digits.padEnd(digits.length + (digits.length % 2), 'F');
}
