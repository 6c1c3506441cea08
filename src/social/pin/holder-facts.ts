import { fromHex } from '../../../apdu/bytes.ts';
import { refused } from '../../../drivers/exchange.ts';
import { decodeDigits } from '../codecs/digits.ts';
import { decodeText } from '../codecs/text.ts';
import type { Flow } from '../flow.ts';
import { readRecord } from '../record.ts';
import type { HolderFacts } from './weak.ts';

const NOT_READABLE = new Set([0x6982, 0x6a82, 0x6a83]);

/**
 * What the card itself says about its holder, for the rules about weak PINs. A file that needs a right nobody gives
 * leaves its facts out.
 * @throws SscardError `card-refused`, `record-malformed`, and what channel and key provider throw
 */
export async function holderFacts(flow: Flow): Promise<HolderFacts> {
  const { coding } = flow.profile;
  const cardNumber = textOf(await recordOf(flow, 'cardNumber'), coding.textPadding);
  const identityNumber = textOf(await recordOf(flow, 'socialSecurityNumber'), coding.textPadding);
  const birth = await recordOf(flow, 'birthDate');
  const birthDate = birth && decodeDigits(birth, fromHex(coding.empty));
  return {
    ...(cardNumber !== undefined && { cardNumbers: [cardNumber] }),
    ...(identityNumber !== undefined && { identityNumber }),
    ...(birthDate?.kind === 'value' && { birthDate: birthDate.value }),
  };
}

async function recordOf({ line, profile, rights }: Flow, name: string): Promise<Uint8Array | undefined> {
  const file = profile.files.find(({ items }) => items?.some((item) => item.name === name));
  const item = file?.items?.find((one) => one.name === name);
  if (file === undefined || item?.tag == null) return undefined;
  if (!(await rights.enter(file.directory)) || (await rights.satisfy(file.read)).kind === 'denied') return undefined;
  const answer = await readRecord(line, { ...file, tag: item.tag, length: item.length });
  if (answer.kind === 'value') return answer.value;
  if (NOT_READABLE.has(answer.sw)) return undefined;
  throw refused(answer.sw, answer.where);
}

function textOf(value: Uint8Array | undefined, padding: string): string | undefined {
  const text = value && decodeText(value, fromHex(padding));
  return text?.kind === 'value' ? text.value : undefined;
}
