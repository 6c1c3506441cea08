import { readFileSync } from 'node:fs';
import type { PadHost } from './pad-host.ts';

/** One vector of a pad: bytes of one side, or what a plain keypad says and hears. */
export interface Vector {
  readonly id: string;
  readonly hex?: string;
  readonly profile?: string;
  readonly open?: string;
  readonly again?: string;
  readonly close?: string;
  readonly answers?: readonly string[];
  readonly clean?: string;
}

export function vectors(name: string): readonly Vector[] {
  const url = new URL(`../../../fixtures/vectors/readers/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(url, 'utf8')) as { vectors: readonly Vector[] }).vectors;
}

/** The vectors of a file by name, and those that nobody has asked for yet. */
export function vectorTable(name: string): { readonly hex: (id: string) => string; readonly left: () => string[] } {
  const left = new Map(vectors(name).map(({ id, hex = '' }) => [id, hex]));
  const all = new Map(left);
  return {
    hex: (id) => {
      const hex = all.get(id);
      if (hex === undefined) throw new Error(`no vector ${id}`);
      left.delete(id);
      return hex;
    },
    left: () => [...left.keys()],
  };
}

/** Says these, and looks that each is answered with the same. */
export async function sayAll(host: PadHost, answer: string, ...hex: readonly string[]): Promise<void> {
  for (const one of hex) {
    host.say(one);
    await host.hears(answer);
  }
}
