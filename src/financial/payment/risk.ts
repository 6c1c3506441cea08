import { AIP, hasBit, TSI, TVR } from '../bits.ts';
import { getData } from '../get-data.ts';
import { readCounter, unsigned } from '../numbers.ts';
import type { Rule } from '../rules.ts';
import type { Session } from '../session.ts';
import type { Course } from './course.ts';
import type { ApplicationParameters, RandomSelection } from './terminal.ts';

const MANAGED = { id: 'risk-managed', clause: 'E3 10.6', effect: { tsi: TSI.riskManagement } } as const satisfies Rule;
const E_CASH = { id: 'risk-not-managed-for-e-cash', clause: 'P13', effect: 'note' } as const satisfies Rule;
const FLOOR_LIMIT = {
  id: 'floor-limit-exceeded',
  clause: 'E3 10.6.1',
  effect: { tvr: TVR.floorLimit },
} as const satisfies Rule;
const SELECTED = {
  id: 'randomly-selected',
  clause: 'E3 10.6.2',
  effect: { tvr: TVR.randomlySelected },
} as const satisfies Rule;
const LOWER = {
  id: 'lower-offline-limit-exceeded',
  clause: 'E3 10.6.3',
  effect: { tvr: TVR.lowerOfflineLimit },
} as const satisfies Rule;
const UPPER = {
  id: 'upper-offline-limit-exceeded',
  clause: 'E3 10.6.3',
  effect: { tvr: TVR.upperOfflineLimit },
} as const satisfies Rule;
const NEW_CARD = { id: 'new-card', clause: 'E3 10.6.3', effect: { tvr: TVR.newCard } } as const satisfies Rule;
const LISTED = {
  id: 'account-on-exception-file',
  clause: 'E3 10.6',
  effect: { tvr: TVR.exceptionFile },
} as const satisfies Rule;
const FORCED = {
  id: 'merchant-forced-online',
  clause: 'E3 10.6',
  effect: { tvr: TVR.merchantForcedOnline },
} as const satisfies Rule;

/** Terminal risk management (4.5): when the card asks for it, or the terminal always does it; never for e-cash. */
export function manageRisk(course: Course): Promise<void> {
  const { session, settings, request, account } = course;
  return session.during('risk-management', async () => {
    if (course.eCash) return session.decide(E_CASH);
    const always = settings.terminal.alwaysManagesRisk === true || request.forceOnline === true;
    if (!always && !hasBit(course.aip, AIP.riskManagement)) return;
    const stored = settings.storedAmount?.(account) ?? 0;
    checkAmount(session, { amount: request.amount, stored }, course.parameters, () => draw(course.random));
    await checkVelocity(session);
    if (settings.isListed?.(account)) session.decide(LISTED);
    if (request.forceOnline) session.decide(FORCED);
    session.decide(MANAGED);
  });
}

/** Floor limit; under it, random selection. @param draw gives 1 to 99 */
export function checkAmount(
  session: Session,
  { amount, stored }: { readonly amount: number; readonly stored: number },
  { floorLimit, randomSelection }: Pick<ApplicationParameters, 'floorLimit' | 'randomSelection'>,
  draw: () => number,
): void {
  if (amount + stored >= floorLimit) session.decide(FLOOR_LIMIT);
  if (randomSelection === undefined || amount >= floorLimit) return;
  if (draw() <= targetFor(amount, floorLimit, randomSelection)) session.decide(SELECTED);
}

/** Over the threshold the chance grows with the amount (E3 10.6.2). */
function targetFor(amount: number, floorLimit: number, { threshold, target, max }: RandomSelection): number {
  if (amount < threshold) return target;
  return ((max - target) * (amount - threshold)) / (floorLimit - threshold) + target;
}

function draw(random: (length: number) => Uint8Array): number {
  return 1 + (unsigned(random(4)) % 99);
}

/** How many transactions in a row were offline, by the card's two counters. */
export async function checkVelocity(session: Session): Promise<void> {
  const lower = session.card.get(0x9f14)?.[0];
  const upper = session.card.get(0x9f23)?.[0];
  if (lower === undefined || upper === undefined) return;
  const counter = await askCounter(session, 0x9f36);
  const lastOnline = await askCounter(session, 0x9f13);
  const difference = counter === undefined || lastOnline === undefined ? 0 : counter - lastOnline;
  const known = difference > 0;
  if (!known || difference > lower) session.decide(LOWER);
  if (!known || difference > upper) session.decide(UPPER);
  if (lastOnline === 0) session.decide(NEW_CARD);
}

async function askCounter(session: Session, tag: number): Promise<number | undefined> {
  const datum = await getData(session, tag);
  return datum.kind === 'value' ? readCounter(datum.value) : undefined;
}
