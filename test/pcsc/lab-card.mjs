// The lab card: does what the instruction byte says, and counts. Plain JavaScript, because it also runs in the thread of
// lab-thread.mjs; what it saw is kept in shared memory, written before the answer leaves.

const SIZE = 1 << 20;
const HEADER = 16;
const [END, WARM, COLD, ARRIVALS] = [0, 1, 2, 3];
const OK = [0x90, 0x00];

/** @param {Uint8Array} atr @param {SharedArrayBuffer} memory */
export function labCard(atr, memory = new SharedArrayBuffer(SIZE)) {
  const header = new Int32Array(memory, 0, 4);
  const note = (command) => {
    const at = HEADER + Atomics.load(header, END);
    if (at + 4 + command.length > memory.byteLength) throw new Error('the lab card saw too much');
    new DataView(memory).setUint32(at, command.length);
    new Uint8Array(memory, at + 4, command.length).set(command);
    Atomics.add(header, END, 4 + command.length);
  };
  let awaited = 0;
  return {
    memory,
    get seen() {
      const commands = [];
      for (let at = 0; at < Atomics.load(header, END); ) {
        const length = new DataView(memory).getUint32(HEADER + at);
        commands.push(Uint8Array.from(new Uint8Array(memory, HEADER + at + 4, length)));
        at += 4 + length;
      }
      return commands;
    },
    get resets() {
      return { warm: Atomics.load(header, WARM), cold: Atomics.load(header, COLD) };
    },
    async arrived() {
      const end = performance.now() + 10_000;
      while (Atomics.load(header, ARRIVALS) === awaited) {
        if (performance.now() > end) throw new Error('no slow or mute command reached the card');
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      awaited++;
    },
    atr: () => atr,
    powerOn: () => void Atomics.add(header, COLD, 1),
    powerOff: () => {},
    reset: () => void Atomics.add(header, WARM, 1),
    async process(command) {
      note(command);
      const [, ins, p1 = 0, p2 = 0] = command;
      const number = p1 * 256 + p2;
      switch (ins) {
        case 0xec:
          return Uint8Array.of(...command, ...OK);
        case 0x61:
          return Uint8Array.of(0x61, 0x10);
        case 0xb1: {
          const answer = new Uint8Array(number + 2).fill(0xb1);
          answer.set(OK, number);
          return answer;
        }
        case 0x5a:
          Atomics.add(header, ARRIVALS, 1);
          await new Promise((resolve) => setTimeout(resolve, number));
          return Uint8Array.from(OK);
        case 0xfe:
          Atomics.add(header, ARRIVALS, 1);
          return new Promise(() => {});
        default:
          return Uint8Array.of(0x6d, 0x00);
      }
    },
  };
}
