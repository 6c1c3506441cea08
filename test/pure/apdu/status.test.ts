import { describe, expect, test } from 'vitest';
import { describeStatus, formatStatus } from '../../../apdu/status.ts';
import { STATUS_TEXTS } from '../../../src/i18n/status.ts';

describe('a status word', () => {
  test.each([
    [0x9000, 'status-9000', 'done'],
    [0x6100, 'status-61xx', 'more'],
    [0x611e, 'status-61xx', 'more'],
    [0x6c1e, 'status-6cxx', 'refused'],
    [0x6200, 'status-6200', 'warning'],
    [0x6283, 'status-6283', 'warning'],
    [0x6299, 'status-62xx', 'warning'],
    [0x6300, 'status-6300', 'warning'],
    [0x6581, 'status-6581', 'refused'],
    [0x6901, 'status-6901', 'refused'],
    [0x6a82, 'status-6a82', 'refused'],
    [0x6aff, 'status-6axx', 'refused'],
    [0x6f00, 'status-6f00', 'refused'],
    [0x9302, 'status-9302', 'refused'],
    [0x9406, 'status-9406', 'refused'],
    [0x9001, 'status-unknown', 'unknown'],
    [0x9100, 'status-unknown', 'unknown'],
    [0x6000, 'status-unknown', 'unknown'],
    [0x0000, 'status-unknown', 'unknown'],
    [0xffff, 'status-unknown', 'unknown'],
  ])('%i is %s', (sw, key, kind) => {
    expect(describeStatus(sw)).toEqual({ key, kind });
  });

  test.each([0, 1, 15])('63Cx tells that %i tries are left', (triesLeft) => {
    expect(describeStatus(0x63c0 + triesLeft)).toEqual({ key: 'status-63cx', kind: 'warning', triesLeft });
  });

  test('is printed with four digits', () => {
    expect([0x6a82, 0x0005].map(formatStatus)).toEqual(['6A82', '0005']);
  });
});

describe('the texts', () => {
  const keys = new Set(Array.from({ length: 0x10000 }, (_, sw) => describeStatus(sw).key));

  test('cover exactly the keys that can come', () => {
    expect(Object.keys(STATUS_TEXTS).sort()).toEqual([...keys].sort());
  });

  test.each([...keys])('%s is there in Chinese and in English', (key) => {
    expect(STATUS_TEXTS[key]?.zh).toMatch(/\p{Script=Han}{2}/u);
    expect(STATUS_TEXTS[key]?.en).toMatch(/^[\x20-\x7e]{4,}$/);
  });
});
