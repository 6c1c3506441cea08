import { describe, expect, it } from 'vitest';
import { poweredCard, SELECT_SSSE, talk } from './cards.ts';

const SELECT_MF = '00A40000023F00';
const READ_VERSION = '00B2032806';

describe('SELECT (2.1, 4)', () => {
  it('takes a directory by its AID, with plain 9000', async () => {
    expect(talk(await poweredCard(), '00A4040006D15600000503')).toEqual(['9000']);
  });

  it('does not find a directory by FID from the MF', async () => {
    expect(talk(await poweredCard(), '00A4000002DF04')).toEqual(['6A82']);
  });

  it('does not find a file of the SSSE from inside a directory', async () => {
    expect(talk(await poweredCard(), SELECT_SSSE, '00A4000002DF04', '00A4020002EF07')).toEqual([
      '611E',
      '9000',
      '6A82',
    ]);
  });

  it('finds the MF only as P1 00', async () => {
    expect(talk(await poweredCard(), '00A40200023F00')).toEqual(['6A82']);
  });

  it('leaves everything as it was when it fails', async () => {
    const card = await poweredCard();
    expect(talk(card, SELECT_SSSE, '00A4040005A000000333', READ_VERSION)).toEqual(['611E', '6A82', '0304322E30309000']);
  });

  it('forgets the current file when a directory is selected', async () => {
    expect(talk(await poweredCard(), SELECT_SSSE, READ_VERSION, '00A4000002DDF1', '00B2030006').at(-1)).toBe('6986');
  });

  it('forgets the application when the MF is selected', async () => {
    expect(talk(await poweredCard(), SELECT_SSSE, SELECT_MF, READ_VERSION).at(-1)).toBe('6A82');
  });

  it.each([
    ['P2', '00A404010F7378312E73682EC9E7BBE1B1A3D5CF', '6A86'],
    ['a name without bytes', '00A40400', '6700'],
    ['a name of four bytes', '00A404000473783131', '6700'],
    ['a name that is only the beginning', '00A40400057378312E73', '6A82'],
  ])('refuses %s', async (_, command, status) => {
    expect(talk(await poweredCard(), command)).toEqual([status]);
  });
});

describe('GET RESPONSE (4)', () => {
  it('keeps what is pending when only its P1 is wrong', async () => {
    expect(talk(await poweredCard(), SELECT_SSSE, '00C001001E', '00C0000010').map((a) => a.slice(-4))).toEqual([
      '611E',
      '6A86',
      '610E',
    ]);
  });

  it.each(['80C000001E', 'A0B0000000', '00'])('a refused command drops what is pending: %s', async (other) => {
    expect(talk(await poweredCard(), SELECT_SSSE, other, '00C000001E').at(-1)).toBe('6985');
  });
});

describe('classes and instructions (10)', () => {
  it.each([
    ['a class that exists, for an instruction of another class', '80A40000023F00', '6E00'],
    ['CHANGE PIN in class 00', '005E010007123456FF735190', '6E00'],
    ['secure messaging on a plain command', '84B2032806', '6E00'],
    ['an unknown instruction in class 80', '80F0000000', '6D00'],
    ['APPLICATION BLOCK in the clear', '001E000004AABBCCDD', '6988'],
    ['APPLICATION UNBLOCK in the clear', '0018000004AABBCCDD', '6988'],
    ['CARD BLOCK in the clear', '0016000004AABBCCDD', '6988'],
  ])('%s', async (_, command, status) => {
    expect(talk(await poweredCard(), command)).toEqual([status]);
  });
});

describe('lengths on the line', () => {
  it.each([
    ['a header cut short', '00A404'],
    ['less data than announced', '00A40000023F'],
    ['two bytes more than announced', '00A40000023F000000'],
    ['data announced and not there', '00A4000002'],
    ['an extended length', '00A400000000023F00'],
    ['data for a command that asks', '00B203280100'],
  ])('%s is 6700', async (_, command) => {
    expect(talk(await poweredCard(), command)).toEqual(['6700']);
  });

  it('does not look at the Le of a case 4 command: on T=0 it is not sent', async () => {
    expect(talk(await poweredCard(), `${SELECT_SSSE}00`)).toEqual(['611E']);
  });

  it('an empty command is 6700', async () => {
    expect(talk(await poweredCard(), '')).toEqual(['6700']);
  });
});
