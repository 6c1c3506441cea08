import { bool, type Check, exactly, hex, list, maybe, object, table, text, upTo } from '../shape.ts';

/** The members `card.financial` and `bank` of a card file. */

const anyBytes = hex(0, 255);
const tag = /^[0-9A-F]{2,6}$/;
const algorithm = exactly('3DES', 'SM4');
const keySet = object({ ac: hex(16, 16), mac: hex(16, 16), enc: hex(16, 16) });
const keySets = object({ '3DES': maybe(keySet), SM4: maybe(keySet) });
const privateKey = object({ p: hex(32, 128), q: hex(32, 128), exponent: hex(1, 3) });
const amount = text(/^\d{12}$/, 'twelve digits');
const count = upTo(0xffff);

const state = object({
  atc: upTo(0xffff),
  lastOnlineAtc: hex(1, 2),
  blocked: bool,
  last: object({
    onlineNotCompleted: bool,
    issuerAuthenticationFailed: bool,
    issuerAuthenticationMissing: bool,
    staticFailed: bool,
    dynamicFailed: bool,
    scriptFailed: bool,
    scripts: upTo(15),
  }),
  counters: object({ foreignCurrency: count, foreignCountry: count, amount: upTo(Number.MAX_SAFE_INTEGER) }),
  balance: maybe(amount),
  log: list(anyBytes, 255),
  loadLog: list(anyBytes, 255),
});

/** `card.financial`. */
export const checkFinancialImage: Check = object({
  directory: maybe(object({ fci: hex(2, 256), sfi: upTo(30), records: list(hex(2, 256), 255) })),
  aid: hex(5, 16),
  fci: hex(2, 256),
  dataSets: list(object({ algorithm, eCash: bool, aip: hex(2, 2), afl: hex(4, 252) }), 16),
  records: table(/^(?:[1-9]|[12]\d|30)\.[1-9]\d{0,2}$/, 'file and record: 2.1', hex(0, 256), 255),
  data: table(tag, 'a tag', anyBytes, 255),
  internal: list(text(tag, 'a tag'), 255),
  keys: keySets,
  privateKeys: object({ rsa: maybe(privateKey), rsaPin: maybe(privateKey), sm2: maybe(hex(32, 32)) }),
  pin: object({ digits: text(/^\d{4,12}$/, 'four to twelve digits'), tries: upTo(15), triesLeft: upTo(15) }),
  issuerData: hex(8, 32),
  state,
});

/** `bank`. */
export const checkBankFile: Check = object({
  masters: keySets,
  caKeys: list(
    object({
      rid: hex(5, 5),
      index: hex(1, 1),
      algorithm: exactly('rsa', 'sm2'),
      modulus: maybe(hex(64, 248)),
      exponent: maybe(hex(1, 3)),
      point: maybe(hex(64, 64)),
      checksum: hex(20, 32),
      class: exactly('test'),
    }),
    16,
  ),
});
