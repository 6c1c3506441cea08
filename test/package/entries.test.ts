import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publicNames } from './entries.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sscard-surface-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const read = (text: string) => {
  const file = join(folder, 'planted.d.ts');
  writeFileSync(file, text);
  return publicNames([file]).get(file) ?? [];
};

describe('the gate for doc comments', () => {
  it('finds a public name without one', () => {
    expect(read('export declare function bare(): void;')).toEqual([
      { name: 'bare', kind: 'function', undocumented: ['bare'] },
    ]);
  });

  it('finds a public method without one', () => {
    expect(read('/** A thing. */\nexport interface Thing {\n/** Acts. */\nact(): void;\ndrop(): void;\n}')).toEqual([
      { name: 'Thing', kind: 'interface', undocumented: ['drop'] },
    ]);
  });

  it('is content with a documented name', () => {
    expect(read('/** Says so. */ export declare const said: string;')).toEqual([
      { name: 'said', kind: 'value', undocumented: [] },
    ]);
  });

  it('fails when nothing was built', () => {
    expect(() => publicNames([join(folder, 'absent.d.ts')])).toThrow('npm run build');
  });
});
