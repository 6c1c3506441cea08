import { type Answer, type CommandRules, done } from '../command.ts';
import { blockByte } from '../contents.ts';
import { putData, updateRecord } from './commands-script-data.ts';
import { changeOrUnblockPin } from './commands-script-pin.ts';
import { type ScriptCommand, scriptCommand } from './scripts.ts';
import type { AppletInTransaction } from './session.ts';
import { storeState } from './state.ts';

/** A command that is its MAC and nothing else. */
function macOnly(run: (applet: AppletInTransaction) => Answer): ScriptCommand {
  const refuse: ScriptCommand['refuse'] = ({ p1, p2 }, length) => {
    if (p1 !== 0 || p2 !== 0) return 0x6a86;
    return length === 0 ? undefined : 0x6700;
  };
  return { refuse, run };
}

const blockApplication = macOnly((applet) => {
  storeState(applet, { blocked: true });
  return done;
});

const unblockApplication = macOnly((applet) => {
  if (!applet.contents.image.state.blocked) return { sw: 0x6985 };
  storeState(applet, { blocked: false });
  return done;
});

/** The whole chip: social security, too (2). */
const blockCard = macOnly(({ card }) => {
  card.memory.store(card.contents.block, blockByte('card'));
  return done;
});

/** Commands of issuer scripts (2, 7.5). */
export const scriptCommands: CommandRules = {
  '841E': { form: 'sends', run: scriptCommand(blockApplication) },
  '8418': { form: 'sends', run: scriptCommand(unblockApplication) },
  '8416': { form: 'sends', run: scriptCommand(blockCard) },
  '8424': { form: 'sends', run: scriptCommand(changeOrUnblockPin) },
  '04DA': { form: 'sends', run: scriptCommand(putData) },
  '04DC': { form: 'sends', run: scriptCommand(updateRecord) },
};
