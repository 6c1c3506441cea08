import { weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { concat, fromHex } from '../../apdu/bytes.ts';

/**
 * Points and scalars of sm2p256v1 (GB/T 32918.5). Whoever needs SM2 loads this file, and with it the curve library, when
 * a card asks for it. BigInt arithmetic does not take constant time: private keys here are those of tests.
 */

const field = (hex: string) => BigInt(`0x${hex}`);
const parameters = {
  p: field('FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF'),
  n: field('FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123'),
  h: 1n,
  a: field('FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC'),
  b: field('28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93'),
  Gx: field('32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7'),
  Gy: field('BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0'),
} as const;

type Curve = ReturnType<typeof weierstrass<bigint>>;
export type Point = InstanceType<Curve>;

let made: Curve | undefined;

/** Made at its first use, which takes milliseconds: programs load this file that never see SM2. */
function curve(): Curve {
  made ??= weierstrass(parameters);
  return made;
}

/** How many there are of the points: scalars are counted modulo this. */
export const ORDER = parameters.n;
/** G. */
export const basePoint = (): Point => curve().BASE;
/** Bytes of a coordinate, and of a scalar. */
export const FIELD_BYTES = 32;

/** `a ‖ b ‖ Gx ‖ Gy`, as ZA has them. */
export const curveBytes = (): Uint8Array =>
  concat([parameters.a, parameters.b, parameters.Gx, parameters.Gy].map(toBytes));

/** 32 bytes, big-endian. */
export function toBytes(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * FIELD_BYTES, '0'));
}

export function toScalar(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

export function modulo(value: bigint): bigint {
  return curve().Fn.create(value);
}

/** @throws when the value is 0 modulo the order */
export function inverse(value: bigint): bigint {
  return curve().Fn.inv(value);
}

/** `x ‖ y`, 64 bytes: the form of public keys on cards. */
export function pointBytes(point: Point): Uint8Array {
  const { x, y } = point.toAffine();
  return concat([toBytes(x), toBytes(y)]);
}

/** The point of `x ‖ y`; `undefined` when it is none of the curve. */
export function readPoint(bytes: Uint8Array): Point | undefined {
  if (bytes.length !== 2 * FIELD_BYTES) return undefined;
  const x = toScalar(bytes.subarray(0, FIELD_BYTES));
  const y = toScalar(bytes.subarray(FIELD_BYTES));
  try {
    const point = curve().fromAffine({ x, y });
    point.assertValidity();
    return point;
  } catch {
    // The library throws for points off the curve, for the point at infinity and for coordinates out of range.
    return undefined;
  }
}

/** A private key, or a one-time number. @throws RangeError when it is not in 1 … n − 1 */
export function readScalar(bytes: Uint8Array): bigint {
  const scalar = toScalar(bytes);
  if (bytes.length !== FIELD_BYTES || scalar === 0n || scalar >= ORDER)
    throw new RangeError('32 bytes between 0 and the order of the curve are wanted');
  return scalar;
}
