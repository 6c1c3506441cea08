import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Atr, encodeAtr, inspectAtr, parseAtr } from '../../../apdu/atr.ts';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';

interface Vector {
  readonly id: string;
  readonly atr: string;
  readonly expect: { readonly valid: boolean; readonly errors: readonly string[] };
}

const file = new URL('../../../fixtures/vectors/readers/atr.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] };

const byte = (value: number | undefined) => (value === undefined ? undefined : toHex(Uint8Array.of(value)));
const present = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** Our result under the names of the vector file, every field of it; null stands for absent or reserved. */
function inWordsOfVectors(text: string): Record<string, unknown> {
  const bytes = fromHex(text);
  const { faults, warnings, atr } = inspectAtr(bytes);
  const verdict = { valid: faults.length === 0, errors: faults.map(({ reason }) => reason), warnings };
  if (!atr.groups) return verdict;
  const head = {
    convention: atr.convention,
    T0: byte(atr.t0),
    historicalCount: (atr.t0 ?? 0) & 0x0f,
    interfaceBytes: atr.groups.map(({ ta, tb, tc, td }, index) =>
      present({ i: index + 1, TA: byte(ta), TB: byte(tb), TC: byte(tc), TD: byte(td) }),
    ),
    protocols: atr.protocols,
  };
  return { ...verdict, ...head, ...(atr.tck ? body(atr as Atr) : {}) };
}

function body(atr: Atr): Record<string, unknown> {
  const { tck, t1, t15 } = atr;
  return present({
    historical: toHex(atr.historical),
    tck: tck.required
      ? present({
          required: true,
          computed: byte(tck.computed),
          actual: byte(tck.actual),
          ok: tck.actual === tck.computed,
        })
      : { required: false },
    trailing: atr.trailing.length > 0 ? toHex(atr.trailing) : undefined,
    TA1: byte(atr.groups[0]?.ta) ?? null,
    Fi: atr.fi ?? null,
    fMaxMHz: atr.fMaxMHz ?? null,
    Di: atr.di ?? null,
    N: atr.extraGuardTime,
    defaultProtocol: atr.defaultProtocol,
    mode: atr.mode,
    specific: atr.specific,
    WI: atr.wi,
    T1: t1 && { IFSC: t1.ifsc ?? null, BWI: t1.bwi ?? null, CWI: t1.cwi, edc: t1.edc },
    T15: t15 && { clockStop: t15.clockStop ?? null, classes: t15.classes ?? null, spu: byte(t15.spu) ?? null },
  });
}

describe('published ATRs', () => {
  test('there are as many as were copied', () => {
    expect(vectors).toHaveLength(70);
  });

  test.each(vectors)('$id is read field by field', ({ atr, expect: expected }) => {
    expect(inWordsOfVectors(atr)).toEqual(expected);
  });

  test.each(vectors.filter((vector) => vector.expect.valid))('$id is printed as it was', ({ atr }) => {
    expect(toHex(encodeAtr(parseAtr(fromHex(atr))))).toBe(atr);
  });

  test.each(vectors.filter((vector) => !vector.expect.valid))('$id is refused by name', (vector) => {
    const [reason] = vector.expect.errors;
    const act = () => parseAtr(fromHex(vector.atr));
    expect(act).toThrow(SscardError);
    expect(act).toThrow(expect.objectContaining({ code: 'atr-malformed', message: reason }));
  });
});
