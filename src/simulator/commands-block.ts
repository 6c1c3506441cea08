import { type Answer, type CardCore, type CommandRules, done, isAnswer, type LineCommand } from './command.ts';
import { blockByte, blockOf } from './contents.ts';
import type { CardImage } from './image.ts';
import { MAC_BYTES, proven } from './secure-messaging.ts';

/** P2 00: for a time; 01: for good. */
function blockApplication(card: CardCore, command: LineCommand): Answer {
  if (command.p1 !== 0 || command.p2 > 1) return { sw: 0x6a86 };
  return store(card, command, command.p2 === 0 ? 'temporary' : 'permanent');
}

function unblockApplication(card: CardCore, command: LineCommand): Answer {
  if (command.p1 !== 0 || command.p2 !== 0) return { sw: 0x6a86 };
  return blockOf(card.contents) === 'temporary' ? store(card, command, 'none') : { sw: 0x6985 };
}

function blockCard(card: CardCore, command: LineCommand): Answer {
  return command.p1 === 0 && command.p2 === 0 ? store(card, command, 'card') : { sw: 0x6a86 };
}

function store(card: CardCore, { header, data }: LineCommand, block: CardImage['block']): Answer {
  if (data?.length !== MAC_BYTES) return { sw: 0x6700 };
  const key = proven(card, header, data);
  if (isAnswer(key)) return key;
  card.memory.store(card.contents.block, blockByte(block));
  return done;
}

/** APPLICATION BLOCK, APPLICATION UNBLOCK, CARD BLOCK: a MAC over the header (5, 6.5). */
export const blockCommands: CommandRules = {
  '841E': { form: 'sends', run: blockApplication },
  '8418': { form: 'sends', whileBlocked: 'temporary', run: unblockApplication },
  '8416': { form: 'sends', run: blockCard },
};
