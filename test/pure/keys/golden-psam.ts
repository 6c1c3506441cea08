import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { firstTpdu } from '../../../apdu/command.ts';
import type { CardIdentity, KeyReference } from '../../../src/keys/provider.ts';
import { goldenExchange } from '../../simulator/golden-cards.ts';
import { type ScriptedChannel, scriptedChannel } from '../../simulator/social/channels.ts';

/**
 * A PSAM that knows golden exchanges only: each command has to stand in them after the one before. T=0: the Le of a
 * command with data is not on the line.
 */
export function goldenPsam(...names: string[]): ScriptedChannel {
  const steps = names.flatMap((name) => goldenExchange(`psam-${name}.transcript`).steps);
  return scriptedChannel({
    answer: (command) => {
      const hex = toHex(firstTpdu(command) ?? command);
      const at = steps.findIndex((step) => step.kind === 'command' && step.hex === hex);
      if (at < 0) throw new Error(`not in what is left of ${names.join(', ')}: ${hex}`);
      const [, answer] = steps.splice(0, at + 2).slice(-2);
      return fromHex(answer?.hex ?? '');
    },
  });
}

/** Card of the worked vectors (social-security-card.md 6.7). Its factor is taken from the golden exchange. */
export function goldenIdentity(rule: CardIdentity['rule'] = '3DES'): CardIdentity {
  const { steps } = goldenExchange('psam-derive.transcript');
  const derivation = steps.find(({ hex }) => hex.startsWith('BFDE'))?.hex ?? '';
  const factor = fromHex(derivation.slice(10, 26));
  return { rule, city: '320400', factor, resetInformation: '', cardIdentification: '' };
}

export function keyOf(name: string, usage: number, id: number): KeyReference {
  return { directory: 'SSSE', name, psam: { usage, id }, hsm: null };
}

export const CHALLENGE = fromHex('1122334455667788');
export const RAW = fromHex('A1A2A3A4A5A6A7A8');
