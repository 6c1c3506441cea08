import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Version of this package. */
export function packageVersion(): string {
  const manifest = createRequire(import.meta.url).resolve('sscard/package.json');
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}
