import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { Line } from '../../../drivers/exchange.ts';
import { readCyclicRecord, readRecord } from '../../../src/social/record.ts';

/** A line whose card always answers the same. */
function lineTo(answer: string): { line: Line; sent: string[] } {
  const sent: string[] = [];
  const transmit = async (command: Uint8Array) => {
    sent.push(toHex(command));
    return fromHex(answer);
  };
  return { line: { transmitter: { transmit }, waiting: {} }, sent };
}

const GROUP = { directory: 'DF01', ef: 'EF15', sfi: 0x15, tag: '40', length: 2, record: 3 };
const LOG = { directory: 'DF04', ef: 'EF15', sfi: 0x15, record: 1, length: 3 };

describe('READ RECORD by number', () => {
  it('asks for one of several records of a tag, and expects that tag', async () => {
    const { line, sent } = lineTo('4002AABB9000');
    expect(await readRecord(line, GROUP)).toMatchObject({ kind: 'value', value: fromHex('AABB') });
    expect(sent).toEqual(['00B203AC04']);
  });

  it('names the record where it is not the one asked for', async () => {
    const { line } = lineTo('2A02AABB9000');
    const details = { place: 'DF01EF15|40:03', offset: 0 };
    await expect(readRecord(line, GROUP)).rejects.toMatchObject({ code: 'record-malformed', details });
  });

  it('of an item whose length nobody says asks for all there is', async () => {
    const { line, sent } = lineTo('4001AA9000');
    expect(await readRecord(line, { ...GROUP, length: 0 })).toMatchObject({ value: fromHex('AA') });
    expect(sent).toEqual(['00B203AC00']);
  });
});

describe('READ RECORD of a cyclic file', () => {
  it('gives the record as it is', async () => {
    const { line, sent } = lineTo('0002319000');
    expect(await readCyclicRecord(line, LOG)).toMatchObject({ kind: 'value', value: fromHex('000231') });
    expect(sent).toEqual(['00B201AC03']);
  });

  it.each(['9000', '00029000', '000231009000', '0002310002319000'])('refuses another length: %s', async (answer) => {
    const error = { code: 'record-malformed', details: { step: 'read-record', place: 'DF04EF15:01' } };
    await expect(readCyclicRecord(lineTo(answer).line, LOG)).rejects.toMatchObject(error);
  });

  it('takes what comes where no length is described', async () => {
    const { line, sent } = lineTo('00029000');
    expect(await readCyclicRecord(line, { ...LOG, length: 0 })).toMatchObject({ value: fromHex('0002') });
    expect(sent).toEqual(['00B201AC00']);
  });

  it('gives the status word of a refusal', async () => {
    expect(await readCyclicRecord(lineTo('6A83').line, LOG)).toMatchObject({ kind: 'refused', sw: 0x6a83 });
  });
});
