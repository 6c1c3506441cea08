import { encryptEcb } from '../../../../src/crypto/blocks.ts';
import {
  citizenCheckCharacter,
  isLuhnNumber,
  luhnCheckDigit,
  normalCitizenNumber,
} from '../../../../src/crypto/check-digits.ts';
import { processKey } from '../../../../src/crypto/diversify.ts';
import {
  encipheredPinBlock4,
  openWorkingKey,
  panField4,
  pinBlock0,
  pinBlock1,
  pinBlock2,
  pinBlock3,
  pinField4,
} from '../../../../src/crypto/pin-block.ts';
import {
  loadFactor,
  loadProof,
  loadReceipt,
  purchaseFactor,
  purchaseProof,
  purchaseReceipt,
  transactionMac,
  transactionOrder,
  transactionProof,
} from '../../../../src/crypto/purse.ts';
import {
  commandMac,
  decipherData,
  encipherData,
  enciphermentBlock,
  protectCommand,
} from '../../../../src/crypto/secure-messaging.ts';
import type { Handler, Input } from './vector.ts';

const pinOf = (input: Input) => new TextEncoder().encode(input.text('pin'));
const panOf = (input: Input) => input.text('pan');

const command = (input: Input) => ({
  cla: input.integer('cla'),
  ins: input.integer('ins'),
  p1: input.integer('p1'),
  p2: input.integer('p2'),
  data: input.bytes('data'),
});

const transaction = (input: Input) => ({
  amount: input.integer('amount'),
  type: input.integer('type'),
  terminal: input.bytes('terminalId'),
  date: input.bytes('date'),
  time: input.bytes('time'),
});

const four = (value: number) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);

export const messageHandlers: Readonly<Record<string, Handler>> = {
  'sm.command': (input) => {
    const keys = { cipher: input.cipher(), mac: input.bytes('key') };
    const apdu = protectCommand(keys, input.bytes('challenge'), command(input));
    return { mac: apdu.slice(-4), apdu };
  },
  'sm.mac': (input) => ({
    mac: commandMac(input.cipher(), input.bytes('key'), input.bytes('challenge'), input.bytes('input')),
  }),
  'sm.encipher': (input) => {
    const cipher = encipherData(input.cipher(), input.bytes('key'), input.bytes('data'));
    // What cannot be opened again is not enciphered rightly either.
    if (decipherData(input.cipher(), input.bytes('key'), cipher) === undefined) return {};
    return { block: enciphermentBlock(input.cipher(), input.bytes('data')), cipher };
  },
  'sm.decipher': (input) => {
    const data = decipherData(input.cipher(), input.bytes('key'), input.bytes('cipher'));
    return data ? { data } : { error: true };
  },
  'sm.encryptedCommand': (input) => {
    const keys = { cipher: input.cipher(), mac: input.bytes('macKey'), encipher: input.bytes('encKey') };
    return { apdu: protectCommand(keys, input.bytes('challenge'), command(input)) };
  },
  'epurse.load': (input) => {
    const [cipher, key, order] = [input.cipher(), input.bytes('key'), transaction(input)];
    const factor = loadFactor(input.bytes('random'), input.bytes('onlineTxNo'));
    const oldBalance = input.integer('oldBalance');
    const macs = {
      sessionKey: processKey(cipher, key, factor),
      mac1: transactionMac(cipher, key, factor, loadProof(oldBalance, order)),
      mac2: transactionMac(cipher, key, factor, transactionOrder(order)),
    };
    if (!input.has('tacKey')) return macs;
    const newBalance = oldBalance + order.amount;
    const receipt = loadReceipt(newBalance, input.bytes('onlineTxNo'), order);
    return { ...macs, newBalance: four(newBalance), tac: transactionProof(cipher, input.bytes('tacKey'), receipt) };
  },
  'epurse.purchase': (input) => {
    const [cipher, key, order] = [input.cipher(), input.bytes('key'), transaction(input)];
    const terminalSerial = input.bytes('terminalTxNo');
    const factor = purchaseFactor(input.bytes('random'), input.bytes('offlineTxNo'), terminalSerial);
    const macs = {
      sessionKey: processKey(cipher, key, factor),
      mac1: transactionMac(cipher, key, factor, transactionOrder(order)),
      mac2: transactionMac(cipher, key, factor, purchaseProof(order.amount)),
    };
    if (!input.has('tacKey')) return macs;
    return { ...macs, tac: transactionProof(cipher, input.bytes('tacKey'), purchaseReceipt(terminalSerial, order)) };
  },
  'pin.f0': (input) => ({ block: pinBlock0(pinOf(input), panOf(input)) }),
  'pin.f1': (input) => ({ block: pinBlock1(pinOf(input), input.bytes('tx')) }),
  'pin.f2': (input) => ({ block: pinBlock2(pinOf(input)) }),
  'pin.f3': (input) => ({ block: pinBlock3(pinOf(input), panOf(input), input.bytes('random')) }),
  'pin.f4': (input) => ({
    pinField: pinField4(pinOf(input), input.bytes('random')),
    panField: panField4(panOf(input)),
    block: encipheredPinBlock4(input.bytes('key'), pinOf(input), panOf(input), input.bytes('random')),
  }),
  'pin.workingKey': (input) => {
    const check = input.bytes('checkValue');
    const workingKey = openWorkingKey(input.cipher(), input.bytes('masterKey'), input.bytes('encryptedKey'), check);
    return workingKey ? { workingKey, valid: true } : { valid: false };
  },
  'pin.encrypt': (input) => ({
    cipher: encryptEcb(input.cipher(), input.bytes('workingKey'), pinBlock0(pinOf(input), panOf(input))),
  }),
  gb11643: (input) => {
    const check = citizenCheckCharacter(input.text('body'));
    return { check, full: input.text('body') + check };
  },
  'gb11643.validate': (input, { out }) => {
    const normalized = normalCitizenNumber(input.text('full'));
    return 'normalized' in out ? { valid: normalized !== undefined, normalized } : { valid: normalized !== undefined };
  },
  luhn: (input, { out }) => {
    const check = luhnCheckDigit(input.text('body'));
    return 'full' in out ? { check, full: input.text('body') + check } : { check };
  },
  'luhn.validate': (input) => ({ valid: isLuhnNumber(input.text('full')) }),
};
