import type { FinancialImage } from './image.ts';

/**
 * What invented cards have alike, after the published UnionPay laboratory card (emv-pboc.md 1.5, 2, 4; vector file
 * upi-test-card-0031-profile). Values are hex.
 */

/** UnionPay debit. */
export const AID = 'A000000333010101';
/** 1PAY.SYS.DDF01. */
export const DIRECTORY_NAME = '315041592E5359532E4444463031';
/** PBOC DEBIT. */
export const LABEL = '50424F43204445424954';
/** zh, then en. */
export const LANGUAGES = '7A68656E';
/** ISO 8859-1: no table has a number for GBK, which cards write all the same (1.4). */
export const CODE_TABLE = '01';
/** Both the currency and, with another meaning, the country. */
export const CHINA = '0156';
/** Country, e-cash indicator, amount, currency, name of the merchant. */
export const PDOL = '9F1A029F7A019F02065F2A029F4E14';
/** In front of the PDOL where the card has SM2 (4.1). */
export const SM_INDICATOR = 'DF6901';
export const CDOL1 = '9F02069F03069F1A0295055F2A029A039F21039C019F3704';
export const CDOL2 = `8A02${CDOL1}`;
/** Short file identifier and number of records (1.5). */
export const LOG = '0B0A';
export const LOAD_LOG = '0C0A';
/**
 * Online PIN, enciphered offline PIN, plain offline PIN, identity document, signature, nothing: each if the terminal knows
 * it; when it fails, the next.
 */
export const CVM_LIST = '000000000000000042034403410360035E031F00';
/** E-cash is paid without any. */
export const E_CASH_CVM_LIST = '00000000000000001F00';
/** 9F0D, 9F0E, 9F0F. */
export const ACTION_CODES = ['F020040000', '0050880000', 'F020049800'];
export const E_CASH_ACTION_CODES = ['7C70B80800', '7C70B80800', '0000000000'];
/** Cash, goods, services, at home and abroad, and at machines. */
export const USAGE = 'FF00';
export const VERSION = '0030';
export const SERVICE_CODE = '0220';
/** Consecutive offline transactions, lower and upper limit: 9F14, 9F23. */
export const VELOCITY = ['05', '0A'] as const;
/** ECC001. */
export const E_CASH_CODE = '454343303031';
/** SDA, DDA, CDA, PIN, risk management, issuer authentication. */
export const AIP = '7D00';
/** Length, key index, cryptogram version, results, algorithm; then id 01, whose balance and MAC the card fills in (5). */
export const ISSUER_DATA = '07010103000000010A01000000000000000000';

/** Objects for GET DATA. */
export const DATA: FinancialImage['data'] = {
  '9F4F': '9A039F21039F02069F03069F1A025F2A029F4E149C019F3602',
  DF4F: '9A039F21039F1A029F4E149F3602',
  // E-cash, fen: most of the balance, most of one payment, below what it is loaded again.
  '9F77': '000000100000',
  '9F78': '000000100000',
  '9F6D': '000000001000',
  '9F51': CHINA,
  '9F57': CHINA,
  // Online after a failed issuer authentication; declined while the PIN is blocked (3.5).
  '9F52': '8040',
  // Offline transactions in another currency and another country.
  '9F53': '03',
  '9F72': '03',
  // Offline transactions in a row, and their sum: lower and upper limits.
  '9F58': '05',
  '9F59': '0A',
  '9F54': '000000500000',
  '9F5C': '000000800000',
  // An issuer that answers must prove itself.
  '9F56': '80',
  '9F76': '0000',
};

/** Read by devices of the issuer only (2). */
export const INTERNAL = ['9F51', '9F52', '9F53', '9F54', '9F56', '9F57', '9F58', '9F59', '9F5C', '9F72', '9F76'];
