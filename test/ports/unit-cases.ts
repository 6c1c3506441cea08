import { t1Card } from '../../src/simulator/t1-card.ts';
import { AcsUnit } from '../../src/simulator/units/acs.ts';
import { AlparUnit } from '../../src/simulator/units/alpar.ts';
import { Crt02Unit } from '../../src/simulator/units/crt-02.ts';
import { CrtF2Unit } from '../../src/simulator/units/crt-f2.ts';
import { GemplusUnit } from '../../src/simulator/units/gemplus.ts';
import type { UnitCase } from './unit-rig.ts';

/** Every unit there is a driver and an emulator for. */
export const unitCases: readonly UnitCase[] = [
  {
    name: 'Gemplus, T=0',
    protocol: 'ccid-gemplus',
    unit: (seats) => new GemplusUnit(seats, { model: 'pos-pro' }),
  },
  {
    name: 'Gemplus, T=1',
    protocol: 'ccid-gemplus',
    unit: (seats) => new GemplusUnit(seats, { model: 'pos-pro' }),
    dressed: (card) => t1Card(card),
  },
  {
    name: 'ACS',
    protocol: 'ccid-acs',
    unit: (seats) => new AcsUnit(seats),
  },
  {
    name: 'ALPAR, the PSAM in a module of its own',
    protocol: 'alpar',
    unit: (seats) => new AlparUnit(seats),
    module: { options: { kind: 'sam' }, unit: (psam) => new AlparUnit({ card: psam }) },
  },
  {
    name: 'F2',
    protocol: 'crt-f2',
    unit: (seats) => new CrtF2Unit(seats),
  },
  {
    name: '02',
    protocol: 'crt-02',
    unit: (seats) => new Crt02Unit(seats),
  },
  {
    name: '02 over HID',
    protocol: 'crt-02',
    unit: (seats) => new Crt02Unit(seats),
    carrier: 'hid',
  },
];
