import { expect, test } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';

test('an error of another loaded copy is recognised', () => {
  const other = { [Symbol.for('sscard.SscardError')]: true };
  expect(other instanceof SscardError).toBe(true);
});

test.each([[new Error('plain')], [undefined], [null], ['text']])('%s is no error of ours', (value) => {
  expect((value as unknown) instanceof SscardError).toBe(false);
});

test('without details there is an empty record', () => {
  expect(new SscardError('some-code', 'text').details).toEqual({});
});
