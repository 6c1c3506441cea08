import { describe, expect, it } from 'vitest';
import {
  loadFactor,
  loadProof,
  purchaseFactor,
  purchaseProof,
  purchaseReceipt,
  transactionOrder,
  transactionProof,
} from '../../../src/crypto/purse.ts';

const order = {
  amount: 1,
  type: 2,
  terminal: new Uint8Array(6),
  date: new Uint8Array(4),
  time: new Uint8Array(3),
};

describe('a purse transaction that no purse knows', () => {
  it.each([
    ['a negative amount', () => purchaseProof(-1)],
    ['half a fen', () => purchaseProof(0.5)],
    ['an amount over four bytes', () => purchaseProof(2 ** 32)],
    ['an old balance that is no number', () => loadProof(Number.NaN, order)],
    ['a type over one byte', () => transactionOrder({ ...order, type: 256 })],
    ['a short terminal number', () => transactionOrder({ ...order, terminal: new Uint8Array(5) })],
    ['a year of two digits', () => transactionOrder({ ...order, date: new Uint8Array(3) })],
    ['a time without seconds', () => transactionOrder({ ...order, time: new Uint8Array(2) })],
    ['half a terminal serial', () => purchaseReceipt(new Uint8Array(2), order)],
    ['a long random number', () => loadFactor(new Uint8Array(8), new Uint8Array(2))],
    ['a serial of four bytes', () => purchaseFactor(new Uint8Array(4), new Uint8Array(4), new Uint8Array(4))],
    ['half a TAC key', () => transactionProof('3DES', new Uint8Array(8), new Uint8Array(8))],
  ])('is a fault of the program: %s', (_, make) => {
    expect(make).toThrow(RangeError);
  });

  it('takes the largest amount', () => {
    expect(purchaseProof(2 ** 32 - 1)).toEqual(new Uint8Array(4).fill(0xff));
  });
});
