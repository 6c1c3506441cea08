import { providerOf } from './providers/select.ts';

/** SM3 digest (GB/T 32905), 32 bytes. @example toHex(sm3(fromHex('616263'))) // 66C7F0F4…8F4BA8E0 */
export function sm3(data: Uint8Array): Uint8Array {
  return providerOf('SM3').sm3(data);
}

/** HMAC with SM3, 32 bytes. @param key any length */
export function hmacSm3(key: Uint8Array, data: Uint8Array): Uint8Array {
  return providerOf('SM3').hmacSm3(key, data);
}
