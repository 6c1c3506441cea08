import type { Denied } from '../denial.ts';
import type { AccessRule } from '../profile/profile.ts';
import type { Rights } from '../rights.ts';
import type { Where } from '../steps.ts';

const SECURITY_NOT_SATISFIED = 0x6982;

/** The card's status word to a command it did not do. */
export interface Refused {
  readonly kind: 'refused';
  readonly sw: number;
  readonly where: Where;
}

/**
 * The right to do one thing with one file: earned before its first command, and once more when the card has dropped a
 * key's right meanwhile. 6982 says that nothing was done, so the command may be sent again then. A PIN is never
 * presented a second time.
 */
export class FileRight {
  readonly #rights: Rights;
  readonly #rule: AccessRule;

  constructor(rights: Rights, rule: AccessRule) {
    this.#rights = rights;
    this.#rule = rule;
  }

  /** @returns what `send` answered, or why the card will not do it for us */
  async use<T extends { readonly kind: string }>(send: () => Promise<T | Refused>): Promise<T | Refused | Denied> {
    const first = await this.#once(send);
    if (!isDropped(first)) return first;
    if (namesKey(this.#rule)) {
      this.#rights.dropKeys();
      const second = await this.#once(send);
      if (!isDropped(second)) return second;
    }
    return { kind: 'denied', reason: 'undescribed-right' };
  }

  async #once<T>(send: () => Promise<T | Refused>): Promise<T | Refused | Denied> {
    const grant = await this.#rights.satisfy(this.#rule);
    return grant.kind === 'denied' ? grant : send();
  }
}

function isDropped(answer: { readonly kind: string }): boolean {
  return answer.kind === 'refused' && 'sw' in answer && answer.sw === SECURITY_NOT_SATISFIED;
}

function namesKey(rule: AccessRule): boolean {
  if (typeof rule === 'string') return rule.startsWith('key:');
  return ('anyOf' in rule ? rule.anyOf : rule.allOf).some(namesKey);
}
