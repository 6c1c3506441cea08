/** What the carriers of CCID messages on serial lines have to know of a message: where it ends. */

/** bMessageType, dwLength, bSlot, bSeq, three bytes of their own (USB CCID 1.1, 6). */
export const headerLength = 10;
/** The largest message of the serial readers: dwMaxCCIDMessageLength 271 (readers.md 3). */
export const longestMessage = 271;

/** Whether a byte is a type of message, to the reader or from it. */
export function isMessageType(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (byte >= 0x61 && byte <= 0x6f) || (byte >= 0x71 && byte <= 0x73) || (byte >= 0x80 && byte <= 0x84);
}

/** Bytes of the message that begins at `at`; undefined: its length field is not there yet. */
export function messageLength(bytes: Uint8Array, at: number, end: number): number | undefined {
  if (end - at < 5) return undefined;
  let length = 0;
  for (let place = at + 4; place > at; place--) length = 0x100 * length + (bytes[place] as number);
  return headerLength + length;
}
