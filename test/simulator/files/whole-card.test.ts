import { describe, expect, it } from 'vitest';
import type { FileReading } from '../../../src/social/files/reading.ts';
import { inserted, pin } from './cards.ts';

/** Commands by their instruction. */
function counted(sent: readonly string[]): Record<string, number> {
  const names: Readonly<Record<string, string>> = {
    '00A4': 'SELECT',
    '00B2': 'READ RECORD',
    '00B0': 'READ BINARY',
    '0020': 'VERIFY',
    '0084': 'GET CHALLENGE',
    '0082': 'EXTERNAL AUTHENTICATION',
  };
  const counts: Record<string, number> = {};
  for (const command of sent) {
    const name = names[command.slice(0, 4)] ?? command.slice(0, 4);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** How many files ended how. */
function endings(files: readonly FileReading[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const file of files) {
    const ending = file.kind === 'withheld' ? file.denial.reason : file.kind;
    counts[ending] = (counts[ending] ?? 0) + 1;
  }
  return counts;
}

describe('reading every file of a 2.0 card of Jiangsu', () => {
  it('with PIN and PSAM sends the fewest commands that the layout allows, and earns each right once', async () => {
    const { files, sent, keys, line } = await inserted();
    const reading = await files.read('all', pin());
    expect(endings(reading.files)).toEqual({ read: 41 });
    // SELECT: the application, and DF01 to DF07 once each. No file is selected: SFI names it.
    // READ RECORD: 198 items with a tag, of which 03 and 01 are asked for by the flow and not again. Cyclic files,
    // each up to 6A83: DF02EF07 3, DF02EF16 3, DF04EF08 4, DF04EF15 3.
    // READ BINARY, 240 bytes at most: 5 for the 1024 of EF07, 18 for the 4096 of EF08, 2 for the 296 of each of DF01
    // EF16 to EF1A.
    // VERIFY: one command opens DF01, DF02, DF03, DF05 and most of DF04. Their keys instead would be two commands each
    // for four keys, and leave DF04EF06, DF04EF08, DF05 and DF07 closed.
    // Two commands for each of six keys that the PIN does not replace.
    expect(counted(sent)).toEqual({
      SELECT: 8,
      'READ RECORD': 211,
      'READ BINARY': 33,
      VERIFY: 1,
      'GET CHALLENGE': 6,
      'EXTERNAL AUTHENTICATION': 6,
    });
    expect(keys).toEqual([
      'SSSE RKSSSE',
      'DF04 RK1DF04',
      'DF06 RK1DF06',
      'DF07 RK1DF07',
      'DF07 RK2DF07',
      'DF07 RK3DF07',
    ]);
    expect(line()).toEqual({ commands: 265, bytes: 12_623 });
    const { commands, bytes } = line();
    process.stdout.write(`reading every file of a 2.0 card: ${commands} commands, ${bytes} bytes on the line\n`);
  });

  it('with a PIN reads what the PIN opens', async () => {
    const { files, line } = await inserted({ psam: false });
    const reading = await files.read('all', pin());
    expect(endings(reading.files)).toEqual({ read: 33, 'no-key': 8 });
    expect(line().commands).toBe(184);
  });

  it('with a PSAM reads what keys open, and earns each key once', async () => {
    const { files, keys, line } = await inserted();
    const reading = await files.read('all');
    expect(endings(reading.files)).toEqual({ read: 35, 'pin-needed': 6 });
    expect(keys).toEqual([
      'SSSE RKSSSE',
      'DF01 RKDF01',
      'DF02 RKDF02',
      'DF03 RKDF03EF05',
      'DF03 RKDF03',
      'DF04 RK1DF04',
      'DF06 RK1DF06',
    ]);
    expect(line().commands).toBe(216);
  });

  it('with neither reads what is free', async () => {
    const { files, sent } = await inserted({ psam: false });
    const reading = await files.read('all');
    expect(endings(reading.files)).toEqual({ read: 8, 'no-key': 27, 'pin-needed': 6 });
    expect(Object.keys(counted(sent))).toEqual(['SELECT', 'READ RECORD', 'READ BINARY']);
  });
});

describe('reading every file of another generation', () => {
  it('1.0: its own layout, and the employment history of which no length is known', async () => {
    const { files, line } = await inserted({ generation: '1.0' });
    const reading = await files.read('all', pin());
    expect(reading).toMatchObject({ generation: '1.0', specificationVersion: '1.00' });
    expect(endings(reading.files)).toEqual({ read: 20 });
    expect(line().commands).toBe(109);
  });

  it('3.0: the tree of 2.0, with the holder under a key, and SM4', async () => {
    const { files, keys, line } = await inserted({ generation: '3.0' });
    const reading = await files.read('all', pin());
    expect(endings(reading.files)).toEqual({ read: 41 });
    expect(keys[0]).toBe('SSSE RKSSSE');
    expect(line().commands).toBe(265);
  });
});

describe('what is read of the whole card', () => {
  it('is in the order of the description, every value of the invented holder readable', async () => {
    const { files } = await inserted();
    const reading = await files.read('all', pin());
    const order = reading.files.map(({ file }) => file.directory);
    expect(order).toEqual(order.toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)));
    const items = reading.files.flatMap((file) => (file.kind === 'read' ? file.items : []));
    expect(items.filter(({ value }) => value.kind === 'undecodable' || value.kind === 'missing')).toEqual([]);
    expect(items.length).toBe(198 + 7 + 8 + 10 + 21 + 4);
  });
});

const ORDER = ['SSSE', 'DF01', 'DF02', 'DF03', 'DF04', 'DF05', 'DF06', 'DF07'];
