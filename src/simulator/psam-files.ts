import { concat, equalBytes, fromHex } from '../../apdu/bytes.ts';
import { type Answer, done, give, keep, type LineCommand } from './command.ts';
import { getResponse } from './commands-select.ts';
import type { PsamCore, PsamFile, PsamRules, PsamSession } from './psam-command.ts';

const MF = 0x3f00;
/** The environment has the number of the card's, too (7.1). */
const DDF1 = 0xddf1;
const DF01 = 0xdf01;
/** "sx1.sh.社会保障" and the directory of the keys (7.1). */
const ENVIRONMENT = fromHex('7378312E73682EC9E7BBE1B1A3D5CF');
const DF01_NAME = fromHex('D15600000590');
const ALGORITHM_MARK = { '3DES': 0x01, SM4: 0x03 } as const;

function select(psam: PsamCore, { p1, p2, data }: LineCommand): Answer {
  if (p2 !== 0x00) return { sw: 0x6a86 };
  if (p1 === 0x04) return selectByName(psam, data);
  if (p1 !== 0x00 && p1 !== 0x02) return { sw: 0x6a86 };
  if (data?.length !== 2) return { sw: 0x6700 };
  const fid = (data[0] ?? 0) * 256 + (data[1] ?? 0);
  if (fid === MF || fid === DDF1) return enter(psam.session, undefined);
  if (fid === DF01) return enter(psam.session, 'DF01');
  const file = visible(psam).find((candidate) => candidate.fid === fid);
  if (file === undefined) return { sw: 0x6a82 };
  psam.session.file = file;
  return done;
}

function selectByName(psam: PsamCore, name: Uint8Array | undefined): Answer {
  if (name === undefined || name.length < 5 || name.length > 16) return { sw: 0x6700 };
  if (equalBytes(name, ENVIRONMENT)) {
    enter(psam.session, undefined);
    return keep(psam, fci(name));
  }
  if (!equalBytes(name, DF01_NAME)) return { sw: 0x6a82 };
  enter(psam.session, 'DF01');
  const mark = Uint8Array.of(0x86, 0x01, ALGORITHM_MARK[psam.contents.algorithm], 0x00, 0x00, 0x00);
  return keep(psam, fci(name, concat([Uint8Array.of(0xa5, 0x09, 0x9f, 0x0c, 0x06), mark])));
}

function fci(name: Uint8Array, more: Uint8Array = new Uint8Array()): Uint8Array {
  const inside = concat([Uint8Array.of(0x84, name.length), name, more]);
  return concat([Uint8Array.of(0x6f, inside.length), inside]);
}

/** A derived key and a purchase begun belong to the selection they were made in, the same directory again included. */
function enter(session: PsamSession, directory: PsamSession['directory']): Answer {
  delete session.file;
  delete session.derived;
  delete session.expectedMac2;
  if (directory === undefined) delete session.directory;
  else session.directory = directory;
  return done;
}

/** The files of the current directory, then those of the MF: 7.3 reads EF16 after it selected DF01 (ASSUMED). */
function visible({ contents, session }: PsamCore): readonly PsamFile[] {
  return contents.files.filter(({ directory }) => directory === undefined || directory === session.directory);
}

function readBinary(psam: PsamCore, { p1, p2, p3 }: LineCommand): Answer {
  const { session } = psam;
  const named = (p1 & 0x80) !== 0;
  if (named && ((p1 & 0x60) !== 0 || (p1 & 0x1f) === 0)) return { sw: 0x6a86 };
  const file = named ? visible(psam).find(({ sfi }) => sfi === (p1 & 0x1f)) : session.file;
  if (file === undefined) return { sw: named ? 0x6a82 : 0x6986 };
  session.file = file;
  const rest = file.bytes.slice(named ? p2 : p1 * 256 + p2);
  if (rest.length === 0) return { sw: 0x6b00 };
  return give(p3 === 0 ? rest : rest.slice(0, p3), p3);
}

function getChallenge(psam: PsamCore, { p1, p2, p3 }: LineCommand): Answer {
  if (p1 !== 0 || p2 !== 0) return { sw: 0x6a86 };
  const length = p3 === 4 ? 4 : 8;
  return p3 === 0 || p3 === length ? give(psam.random(length), p3) : { sw: 0x6c00 | length };
}

/** SELECT, READ BINARY, GET RESPONSE, GET CHALLENGE of the PSAM (7.1, 7.2). */
export const psamFileCommands: PsamRules = {
  '00A4': { form: 'sends', run: select },
  '00B0': { form: 'asks', run: readBinary },
  '00C0': { form: 'asks', run: getResponse },
  '0084': { form: 'asks', run: getChallenge },
};
