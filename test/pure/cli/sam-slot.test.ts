import { describe, expect, test } from 'vitest';
import type { SlotState } from '../../../drivers/reader.ts';
import { samSlotBeside } from '../../../src/cli/sam-slot.ts';

const card = (name: string): SlotState => ({ name, kind: 'card', state: 'present' });
const sam = (name: string): SlotState => ({ name, kind: 'sam', state: 'present' });

describe('the SAM slot of a unit', () => {
  test.each([
    ['Simulated reader', 'Simulated PSAM'],
    ['Simulated reader (card.json)', 'Simulated PSAM (card.json)'],
    ['Maker R1 Dual Reader ICC 0', 'Maker R1 Dual Reader SAM 0'],
    ['Maker R1 [ICC Interface] (77) 00 00', 'Maker R1 [SAM Interface] (77) 00 02'],
  ])('of %s is %s', (slot, expected) => {
    expect(samSlotBeside(slot, [card(slot), sam(expected)])?.name).toBe(expected);
  });

  test('is not one of another unit', () => {
    expect(samSlotBeside('Maker R1 ICC 0', [card('Maker R1 ICC 0'), sam('Other R2 SAM 0')])).toBeUndefined();
  });

  test('of two alike is told by the number of the unit', () => {
    const slots = [sam('Maker R1 SAM 00 02'), sam('Maker R1 SAM 01 02')];
    expect(samSlotBeside('Maker R1 ICC 01 00', slots)?.name).toBe('Maker R1 SAM 01 02');
  });

  test('of several sockets of one unit is the one that has a card', () => {
    const unit = 'AUTO libmaker.so';
    const sockets = [sam(`${unit} SAM 1`), sam(`${unit} SAM 2`)].map((slot) => ({ ...slot, state: 'empty' as const }));
    expect(samSlotBeside(unit, [card(unit), sockets[0] as SlotState, sam(`${unit} SAM 2`)])?.name).toBe(
      `${unit} SAM 2`,
    );
    expect(samSlotBeside(unit, [card(unit), ...sockets])).toBeUndefined();
    expect(samSlotBeside(unit, [sam(`${unit} SAM 1`), sam(`${unit} SAM 2`)])).toBeUndefined();
  });

  test('is nothing rather than a guess', () => {
    expect(samSlotBeside('Maker R1 ICC', [sam('Maker R1 SAM A'), sam('Maker R1 SAM B')])).toBeUndefined();
    expect(samSlotBeside('Maker R1 ICC', [sam('SAM'), card('Maker R1 SIM')])).toBeUndefined();
  });
});
