import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { parseFci } from '../../../src/financial/fci.ts';
import { readVector } from './vectors.ts';

const NAME = '8408A000000333010101';
/** A file control information whose template A5 has this content. @param more behind template A5 */
function fci(content: string, more = ''): ReturnType<typeof parseFci> {
  const size = (hex: string) => (hex.length / 2).toString(16).padStart(2, '0');
  const body = `${NAME}A5${size(content)}${content}${more}`;
  return parseFci(fromHex(`6F${size(body)}${body}`));
}

describe('file control information', () => {
  it('of a real debit card names application, lists, languages and both logs', () => {
    const { exchanges, expected } = readVector('pboc-debit-directory-and-qpboc-gpo');
    const read = parseFci(fromHex(exchanges[1]?.r ?? '').subarray(0, -2));
    expect(read).toMatchObject({
      label: expected['label'],
      preferredName: 'PBOC DEBIT',
      priority: 1,
      needsConfirmation: false,
      languages: ['zh'],
      logEntry: expected['logEntry'],
      loadLogEntry: expected['loadLogEntry'],
    });
    expect(toHex(read?.name ?? new Uint8Array())).toBe('A000000333010101');
    expect(toHex(read?.pdol ?? new Uint8Array())).toBe('9F66049F02069F03069F1A0295055F2A029A039C019F3704');
  });

  it('without anything in template A5 is whole', () => {
    expect(fci('')).toMatchObject({ priority: 0, needsConfirmation: false, languages: [] });
  });

  it('keeps objects that nobody knows', () => {
    expect(fci('DF7F0101')?.objects[1]?.children?.[0]?.tag).toBe(0xdf7f);
  });

  it.each(['0000', '00', 'FF'])('may be followed by the filler %s', (filler) => {
    expect(parseFci(fromHex(`6F0C${NAME}A500${filler}`))).toBeDefined();
  });

  it('may have filler between its objects', () => {
    expect(fci('0000870101FF')?.priority).toBe(1);
  });

  it.each([
    ['no bytes', ''],
    ['another template', `770C${NAME}A500`],
    ['two templates', `6F0C${NAME}A5006F0C${NAME}A500`],
    ['no name', '6F02A500'],
    ['no template A5', `6F0A${NAME}`],
    ['a name of 4 bytes', '6F088404A0000003A500'],
    ['a name of 17 bytes', `6F158411${'A0'.repeat(17)}A500`],
    ['a length that points outside', `6F0D${NAME}A500`],
    ['a priority of two bytes', `6F10${NAME}A50487020101`],
  ])('is refused with %s', (_, hex) => {
    expect(parseFci(fromHex(hex))).toBeUndefined();
  });

  it('has the priority in the low bits, and in bit 8 that the holder must confirm', () => {
    expect(fci('87018F')).toMatchObject({ priority: 15, needsConfirmation: true });
  });

  it.each([
    ['its code table is the first part of ISO 8859', '9F110101', '招行'],
    ['no code table is named', '', undefined],
    ['the terminal has not its code table', '9F110105', undefined],
  ])('gives the preferred name when %s', (_, table, expected) => {
    expect(fci(`${table}9F1204D5D0D0D0`)?.preferredName).toBe(expected);
  });

  it.each([
    ['GBK in violation of the rule', '5004D5D0D0D0', '招行'],
    ['padded with zeros', '500650424F430000', 'PBOC'],
    ['with a control character', '50034F1B4B', 'O\uFFFDK'],
    ['of padding only', '5003202020', undefined],
  ])('has a label: %s', (_, content, expected) => {
    expect(fci(content)?.label).toBe(expected);
  });

  it.each([
    ['7A68656E', ['zh', 'en']],
    ['636E', ['zh']],
    ['7A6865', ['zh']],
    ['0000656E', ['en']],
  ])('has languages: %s', (value, expected) => {
    expect(fci(`5F2D0${value.length / 2}${value}`)?.languages).toEqual(expected);
  });

  it.each(['0A0A', '1F0A', '0B00', '0B', '0B0A0A'])('names no log with %s', (value) => {
    expect(fci(`BF0C0${3 + value.length / 2}9F4D0${value.length / 2}${value}`)?.logEntry).toBeUndefined();
  });

  it('names a log only where the rule has it', () => {
    expect(fci('9F4D020B0A')?.logEntry).toBeUndefined();
  });
});
