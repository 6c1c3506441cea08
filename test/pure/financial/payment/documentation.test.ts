import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');

it('the example on the page of payments is the one that the package check compiles', () => {
  const [, example] = /```ts\n([\s\S]*?)```/.exec(read('docs/payment.md')) ?? [];
  expect(example).toBe(read('test/package/consumer/payment.ts'));
});
