import type { EmulatedPad } from './pad.ts';

/** Kind of a pad, and the model that stands for it where the caller wants none in particular. */
const makers = {
  plain: async () => new (await import('./plain.ts')).PlainPad(),
  kmy: async () => new (await import('./kmy.ts')).KmyPad(),
  zt598: async () => new (await import('./zt598.ts')).Zt598Pad(),
} as const satisfies Readonly<Record<string, () => Promise<EmulatedPad>>>;

/** A kind of pad that there is an emulation of. */
export type EmulatedPadKind = keyof typeof makers;

/** All of them. */
export const emulatedPadKinds = Object.keys(makers) as readonly EmulatedPadKind[];

/**
 * A PIN pad seen from its own side, without keys: put it on a wire.
 * @example
 * const pad = await emulatePad('kmy');
 * pad.act('735190');
 */
export function emulatePad(kind: EmulatedPadKind): Promise<EmulatedPad> {
  return makers[kind]();
}
