import { inspect } from 'node:util';
import { cardFile, pins } from './rig.ts';

/** A PIN in the codings in which it could leak (reliability-targets.md 8). */
function codings(digits: string): string[] {
  const bytes = Buffer.from(digits, 'latin1');
  const bcd = Buffer.from(digits, 'hex');
  return [
    digits,
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, ''),
    bcd.toString('base64').replace(/=+$/, ''),
    [...digits].reverse().join(''),
    [...bytes].join(', '),
    [...bcd].join(', '),
    `0x${[...bytes].map((byte) => byte.toString(16)).join(', 0x')}`,
  ];
}

/** What of the test PINs and the card's keys shows in whatever an act gave back. */
export async function secretsOf(came: unknown): Promise<string[]> {
  const shown =
    `${inspect(came, { depth: 12, showHidden: true })} ${JSON.stringify(came)} ${String(came)}`.toLowerCase();
  const { card, masters } = await cardFile('2.0');
  const keys = [
    ...masters.map(({ value }) => value),
    ...card.directories.flatMap((one) => one.keys.map(({ value }) => value)),
  ];
  const secrets = [...Object.values(pins).flatMap(codings), ...keys];
  return secrets.filter((secret) => shown.includes(secret.toLowerCase()));
}
