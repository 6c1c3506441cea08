import type { Context, Outcome } from './context.ts';
import { planFromArguments } from './exchange-list.ts';
import { runPlan } from './exchange-run.ts';

/** `sscard apdu <hex>…`: raw exchange. */
export async function runApdu(context: Context): Promise<Outcome> {
  return runPlan(context, planFromArguments(context.arguments));
}
