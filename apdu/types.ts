/** A command APDU (ISO/IEC 7816-4, 5.1). */
export interface CommandApdu {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  /** Command data, 1 to 65,535 bytes; absent for cases 1 and 2. */
  readonly data?: Uint8Array;
  /** Ne, the number of bytes expected, 1 to 65,536 (256 is coded 00, 65,536 is coded 0000); absent for cases 1 and 3. */
  readonly le?: number;
}

/** A response APDU: data and the two status bytes as one number (0x9000). */
export interface ResponseApdu {
  readonly data: Uint8Array;
  readonly sw: number;
}
