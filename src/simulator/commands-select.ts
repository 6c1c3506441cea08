import { concat, equalBytes } from '../../apdu/bytes.ts';
import {
  type Answer,
  type CardCore,
  type Chip,
  type CommandRules,
  done,
  enter,
  inSocial,
  keep,
  type LineCommand,
} from './command.ts';
import { blockOf, type Contents, type Directory } from './contents.ts';
import { selectFinancial } from './financial/commands-select.ts';

const MF = 0x3f00;
/** Algorithm mark in the FCI: what the national driver looks for after 9F0C (1, rule 3; 2.3). */
const ALGORITHM_MARK = {
  '1.0': [0x00, 0x00, 0x00],
  '2.0': [0x86, 0x01, 0x01],
  '3.0': [0x86, 0x01, 0x03],
} as const;

function select(card: CardCore, { p1, p2, data }: LineCommand): Answer {
  const next = p1 === 0x04 && p2 === 0x02 && card.contents.financial !== undefined;
  if (p2 !== 0x00 && !next) return { sw: 0x6a86 };
  if (blockOf(card.contents) === 'card') return { sw: 0x6a81 };
  if (p1 === 0x04) return selectByName(card, data, next);
  if (p1 !== 0x00 && p1 !== 0x02) return { sw: 0x6a86 };
  if (data?.length !== 2) return { sw: 0x6700 };
  const fid = (data[0] ?? 0) * 256 + (data[1] ?? 0);
  if (p1 === 0x02) return selectFile(card, fid);
  if (fid === MF) {
    enter(card, undefined);
    return done;
  }
  return selectDirectory(card, fid) ?? selectFile(card, fid);
}

function selectByName(card: CardCore, name: Uint8Array | undefined, next: boolean): Answer {
  if (name === undefined || name.length < 5 || name.length > 16) return { sw: 0x6700 };
  const financial = selectFinancial(card, name, next);
  if (financial !== undefined) return financial;
  const directory = directoriesInReach(card).find(({ aid }) => aid !== undefined && equalBytes(aid, name));
  if (directory === undefined) return { sw: 0x6a82 };
  const entered = enterDirectory(card, directory);
  if (directory !== card.contents.directories[0] || entered.sw === 0x9303) return entered;
  const answer = fci(card.contents, name);
  return entered.sw === 0x9000 ? keep(card, answer) : keep(card, answer, entered.sw);
}

/** By name, applications are found from everywhere, the directory of the certificate application from inside it (2.6). */
function directoriesInReach({ contents, session }: CardCore): readonly Directory[] {
  const { directories, certificate } = contents;
  if (certificate === undefined) return directories;
  return [...directories, ...(session.directory?.application === 'certificate' ? certificate : [certificate[0]])];
}

/** The SSSE from everywhere, its directories from inside it: from one to its sibling, too (2.1). */
function selectDirectory(card: CardCore, fid: number): Answer | undefined {
  const [application] = card.contents.directories;
  const directory = card.contents.directories.find((candidate) => candidate.fid === fid);
  if (directory === undefined) return undefined;
  if (directory !== application && !inSocial(card.session)) return { sw: 0x6a82 };
  return enterDirectory(card, directory);
}

function enterDirectory(card: CardCore, directory: Directory): Answer {
  const block = directory.application === 'social' ? blockOf(card.contents) : 'none';
  if (block === 'permanent') return { sw: 0x9303 };
  enter(card, directory);
  return block === 'temporary' && directory === card.contents.directories[0] ? { sw: 0x6283 } : done;
}

function selectFile(card: CardCore, fid: number): Answer {
  const file = card.session.directory?.files.find((candidate) => candidate.fid === fid);
  if (file === undefined) return { sw: 0x6a82 };
  card.session.file = file;
  return done;
}

/** 30 bytes: 6F 1C | 84 0F AID | A5 09 | 9F0C 06 and six bytes (2.3). */
function fci(contents: Contents, name: Uint8Array): Uint8Array {
  const mark = ALGORITHM_MARK[contents.image.generation];
  const proprietary = Uint8Array.of(0x9f, 0x0c, 0x06, ...mark, 0x00, 0x00, 0x00);
  const inside = concat([Uint8Array.of(0x84, name.length), name, Uint8Array.of(0xa5, proprietary.length), proprietary]);
  return concat([Uint8Array.of(0x6f, inside.length), inside]);
}

/** GET RESPONSE: what waits, or a part of it; the rest then waits on (4). */
export function getResponse({ session }: Chip, { p1, p2, p3 }: LineCommand): Answer {
  const { pending } = session;
  if (pending === undefined) return { sw: 0x6985 };
  if (p1 !== 0 || p2 !== 0) return { sw: 0x6a86 };
  if (p3 > pending.length) return { sw: 0x6c00 | (pending.length & 0xff) };
  if (p3 === 0 || p3 === pending.length) {
    delete session.pending;
    return { data: pending, sw: 0x9000 };
  }
  session.pending = pending.slice(p3);
  return { data: pending.slice(0, p3), sw: 0x6100 | session.pending.length };
}

/** SELECT and GET RESPONSE (2.1, 2.3, 4). */
export const selectCommands: CommandRules = {
  '00A4': { form: 'sends', whileBlocked: 'always', run: select },
  '00C0': { form: 'asks', whileBlocked: 'temporary', run: getResponse },
};
