import type { Channel } from '../../drivers/reader.ts';

/** What went over the contact plate. */
export interface LineCount {
  /** Headers sent: each is one TPDU, GET RESPONSE and repetitions included. */
  readonly commands: number;
  /** Bytes both ways: header, procedure byte, data, SW1 SW2 (ISO/IEC 7816-3, T=0). */
  readonly bytes: number;
}

/** Bytes of one TPDU: 5 of header, a procedure byte if data moves, the data, 2 of status. */
export function lineBytes(command: Uint8Array, answer: Uint8Array): number {
  const sent = Math.max(command.length - 5, 0);
  const received = answer.length - 2;
  return 5 + (sent + received > 0 ? 1 : 0) + sent + received + 2;
}

/** The same channel, with a meter on its line. */
export function meterLine(channel: Channel): { readonly channel: Channel; readonly count: () => LineCount } {
  let commands = 0;
  let bytes = 0;
  const metered: Channel = {
    slot: channel.slot,
    get atr() {
      return channel.atr;
    },
    protocol: channel.protocol,
    chains: channel.chains,
    lacks: channel.lacks,
    async transmit(command, options) {
      const answer = await channel.transmit(command, options);
      commands++;
      bytes += lineBytes(command, answer);
      return answer;
    },
    transaction: (ending, work, options) => channel.transaction(ending, work, options),
    reset: (kind, options) => channel.reset(kind, options),
    control: (code, data, options) => channel.control(code, data, options),
    attribute: (tag) => channel.attribute(tag),
    close: (ending) => channel.close(ending),
    [Symbol.asyncDispose]: () => channel.close(),
  };
  return { channel: metered, count: () => ({ commands, bytes }) };
}
