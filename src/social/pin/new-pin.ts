import type { Pin } from '../../crypto/pin.ts';
import type { Flow } from '../flow.ts';
import { holderFacts } from './holder-facts.ts';
import { isInitial } from './initial.ts';
import type { NotSent } from './outcomes.ts';
import { formFault } from './present.ts';
import type { NewPinOptions } from './social-pin.ts';
import { weakRule } from './weak.ts';

/**
 * Why a new PIN may not be sent: its form, the initial PIN, or one that is easily guessed by what card and counter know
 * of the holder.
 * @throws SscardError as `holderFacts`
 */
export async function newPinFault(flow: Flow, pin: Pin, options: NewPinOptions): Promise<NotSent | undefined> {
  const fault = formFault(pin, flow.profile);
  if (fault !== undefined) return fault;
  if (isInitial(pin, flow.profile)) return { why: 'initial' };
  if (options.weak === 'allow') return undefined;
  const facts = await holderFacts(flow);
  const { phones = [], cardNumbers = [] } = options;
  const all = { ...facts, phones, cardNumbers: [...(facts.cardNumbers ?? []), ...cardNumbers] };
  const rule = pin.judge((digits) => weakRule(digits, all));
  return rule === undefined ? undefined : { why: 'weak', rule };
}
