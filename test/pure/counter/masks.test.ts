import { describe, expect, test } from 'vitest';
import { clerkMasks, keep, logMasks } from '../../../src/counter/masks.ts';

describe('masks', () => {
  test('the clerk sees the name, the card number, and of the identity number all but the birth date', () => {
    expect(clerkMasks.identityNumber('320499189809044551')).toBe('320499********4551');
    expect(clerkMasks.name('张三')).toBe('张三');
    expect(clerkMasks.cardNumber('A04991852')).toBe('A04991852');
  });

  test('a log keeps less', () => {
    expect(logMasks.identityNumber('320499189809044551')).toBe('3204**********4551');
    expect(logMasks.name('欧阳一一')).toBe('欧***');
    expect(logMasks.cardNumber('A04991852')).toBe('******852');
  });

  test('of a birth date the year stays, of the card identification six and four', () => {
    expect(clerkMasks.birthDate('1898-09-04')).toBe('1898-**-**');
    expect(clerkMasks.cardIdentification('320400D15600000599416A2B003B7F3B')).toBe('320400**********************7F3B');
    expect(clerkMasks.personNumber('JSD049900185')).toBe('*********185');
  });

  test('a value too short to hide anything of is hidden whole', () => {
    expect(clerkMasks.identityNumber('1234567890')).toBe('**********');
    expect(logMasks.name('张')).toBe('*');
    expect(keep('', 6, 4)).toBe('');
  });

  test('a character outside of the first plane is one character', () => {
    expect(logMasks.name('𠮷三')).toBe('𠮷*');
  });
});
