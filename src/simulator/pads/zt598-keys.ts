import { fromHex } from '../../../apdu/bytes.ts';
import { decryptEcb } from '../../crypto/blocks.ts';
import type { PinKey } from './pin-field.ts';

/** Return codes that say why a key was refused (readers.md 8.3). */
export const KEY_FAULT = {
  noMaster: 0xe2,
  length: 0xe3,
  index: 0xe4,
  use: 0xe5,
  parameter: 0xeb,
  sm4: 0xd8,
} as const;

/** What a working key is for. */
type Use = 'master' | 'pin' | 'mac' | 'data';

interface StoredKey extends PinKey {
  readonly use: Use;
}

const USES: Readonly<Record<string, Use>> = { '2': 'master', '3': 'pin', '5': 'mac', '6': 'data' };
const HIGHEST_MASTER = 0x1f;

/** The keys of a ZT598: masters 01 to 1F, and working keys; those of DES and of SM4 are apart. ASSUMED: keys are opened in ECB. */
export class Zt598Keys {
  readonly #keys = new Map<string, StoredKey>();

  get hasMaster(): boolean {
    return [...this.#keys.values()].some(({ use }) => use === 'master');
  }

  get hasWorking(): boolean {
    return [...this.#keys.values()].some(({ use }) => use !== 'master');
  }

  /** `1` no mode len key. @returns the fault, if it is refused */
  loadMaster(text: string): number | undefined {
    const found = /^([0-9A-F]{2})[0-9A-F]([1-3])([0-9A-F]*)$/.exec(text);
    if (found === null) return KEY_FAULT.parameter;
    const [, number = '', length = '', digits = ''] = found;
    return this.#storeMaster(number, digits, 16 * Number(length), Number(length) === 1 ? 'DES' : '3DES');
  }

  /** `b` no key. */
  loadSm4Master(text: string): number | undefined {
    return this.#storeMaster(text.slice(0, 2), text.slice(2), 32, 'SM4');
  }

  /** `2` M W use len key. */
  loadWorking(text: string): number | undefined {
    const found = /^([0-9A-F]{2})([0-9A-F]{2})([2356])([1-3])([0-9A-F]*)$/.exec(text);
    if (found === null) return KEY_FAULT.parameter;
    const [, master = '', number = '', use = '', length = '', digits = ''] = found;
    if (digits.length !== 16 * Number(length)) return KEY_FAULT.length;
    return this.#storeWorking(`des/${master}`, number, USES[use] as Use, digits);
  }

  /** `c30` M W key: a PIN key. */
  loadSm4Working(text: string): number | undefined {
    const found = /^30([0-9A-F]{2})([0-9A-F]{2})([0-9A-F]*)$/.exec(text);
    if (found === null) return KEY_FAULT.parameter;
    const [, master = '', number = '', digits = ''] = found;
    return digits.length === 32 ? this.#storeWorking(`sm4/${master}`, number, 'pin', digits) : KEY_FAULT.sm4;
  }

  /** @returns the key, or why there is none for PINs */
  pinKey(family: 'des' | 'sm4', number: string): StoredKey | number {
    const key = this.#keys.get(`${family}/${number}`);
    if (key === undefined) return KEY_FAULT.index;
    return key.use === 'pin' ? key : KEY_FAULT.use;
  }

  /** @returns the fault, where there is no such key */
  delete(number: string): number | undefined {
    const names = ['des', 'sm4'].map((family) => `${family}/${number}`).filter((name) => this.#keys.has(name));
    for (const name of names) this.#forget(name);
    return names.length === 0 ? KEY_FAULT.index : undefined;
  }

  wipe(): void {
    for (const name of [...this.#keys.keys()]) this.#forget(name);
  }

  #storeMaster(number: string, digits: string, length: number, cipher: PinKey['cipher']): number | undefined {
    const at = Number.parseInt(number, 16);
    if (!(at >= 1 && at <= HIGHEST_MASTER)) return KEY_FAULT.index;
    if (digits.length !== length || !/^[0-9A-F]*$/.test(digits))
      return cipher === 'SM4' ? KEY_FAULT.sm4 : KEY_FAULT.length;
    this.#keys.set(`${familyOf(cipher)}/${number}`, { cipher, use: 'master', value: fromHex(digits) });
    return undefined;
  }

  #storeWorking(master: string, number: string, use: Use, digits: string): number | undefined {
    const under = this.#keys.get(master);
    if (under === undefined) return KEY_FAULT.noMaster;
    if (under.use !== 'master') return KEY_FAULT.use;
    const value = decryptEcb(under.cipher, under.value, fromHex(digits));
    const cipher = under.cipher === 'SM4' ? 'SM4' : value.length === 8 ? 'DES' : '3DES';
    this.#keys.set(`${familyOf(cipher)}/${number}`, { cipher, use, value });
    return undefined;
  }

  #forget(name: string): void {
    this.#keys.get(name)?.value.fill(0);
    this.#keys.delete(name);
  }
}

function familyOf(cipher: PinKey['cipher']): 'des' | 'sm4' {
  return cipher === 'SM4' ? 'sm4' : 'des';
}
