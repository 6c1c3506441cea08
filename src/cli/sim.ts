import { existsSync } from 'node:fs';
import { fromHex } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';
import { words } from '../i18n/words.ts';
import {
  type CardDescription,
  type CreateCardOptions,
  createCardFile,
  describeCard,
  readCardFile,
} from '../simulator/card-file.ts';
import type { CaKeyImage } from '../simulator/financial/ca-keys.ts';
import type { BankDescription } from '../simulator/financial/describe.ts';
import type { CardImage } from '../simulator/image.ts';
import { describePsam, type PsamDescription } from '../simulator/psam-image.ts';
import { createMasker } from '../trace/mask.ts';
import type { Context, Outcome } from './context.ts';
import { planFromScript } from './exchange-list.ts';
import { runPlan } from './exchange-run.ts';
import { printable, table } from './layout.ts';
import { readScript } from './script.ts';
import type { Language } from './settings.ts';

/** `sscard sim new <file>`: makes a card file. */
export async function runSimNew({ arguments: [file = ''], options, settings }: Context): Promise<Outcome> {
  const generation = (options.get('generation') ?? '2.0') as NonNullable<CreateCardOptions['generation']>;
  const seed = readSeed(options.get('seed'));
  const algorithm = options.get('algorithm') as CreateCardOptions['algorithm'];
  const bank = readBank(options.get('bank'));
  const chosen = {
    ...(seed !== undefined && { seed }),
    ...(algorithm !== undefined && { algorithm }),
    ...(bank !== undefined && { bank }),
  };
  await createCardFile(file, { generation, force: options.has('force'), ...chosen });
  const { made } = words[settings.lang];
  return { members: { file, generation }, text: made(printable(file), generation) };
}

/** `sscard sim show <file>`: what is on card and PSAM, without anything secret and without the holder. */
export async function runSimShow({ arguments: [file = ''], settings: { lang } }: Context): Promise<Outcome> {
  const { card, psam, bank } = await readCardFile(file);
  const [simulated, described] = [describe(card), describePsam(psam)];
  const caKeys = bank?.caKeys ?? [];
  const text = [cardFileText(simulated, lang), psamText(described, lang), caKeyText(caKeys, lang)];
  return {
    members: { file, simulated, psam: described, caKeys },
    text: text.filter((part) => part !== '').join('\n\n'),
  };
}

/** `sscard sim run <file> [script]`: commands from a script or stdin, then the state of the card. */
export async function runSimRun(context: Context): Promise<Outcome> {
  const [file = '', script = '-'] = context.arguments;
  if (!existsSync(file)) throw new SscardError('sim-file-unreadable', 'no such file', { place: file });
  const plan = planFromScript(readScript(script), script);
  const outcome = await runPlan({ ...context, settings: { ...context.settings, reader: `sim:${file}` } }, plan);
  const card = describe((await readCardFile(file)).card);
  const text = [outcome.text, cardFileText(card, context.settings.lang)].filter((part) => part !== '').join('\n\n');
  return { ...outcome, members: { ...outcome.members, file, simulated: card }, text };
}

function describe(card: CardImage): CardDescription {
  const described = describeCard(card);
  return { ...described, atr: createMasker().atr(fromHex(described.atr)).replaceAll(' ', '') };
}

function cardFileText(card: CardDescription, lang: Language): string {
  const texts = words[lang];
  const rows = [
    [texts.generation, card.generation],
    [texts.algorithm, card.algorithm],
    ['ATR', card.atr],
    [texts.block, texts.blocks[card.block]],
    ['PIN', texts.tries(card.pin.triesLeft, card.pin.tries)],
    ...card.directories.map((directory) => [
      directory.name,
      [`${directory.fid}:`, ...directory.files.map(({ fid }) => fid)].join(' '),
    ]),
    ...(card.bank === null ? [] : bankRows(card.bank, lang)),
  ];
  return table(rows);
}

function bankRows(bank: BankDescription, lang: Language): readonly (readonly [string, string])[] {
  const texts = words[lang].bank;
  return [
    [texts.application, bank.aid],
    [texts.accountNumber, bank.accountNumber ?? ''],
    [texts.expiry, bank.expiry ?? ''],
    [texts.algorithms, bank.algorithms.join(', ').toUpperCase()],
    [texts.block, bank.blocked ? texts.blocked : texts.free],
    [texts.counter, `${bank.atc} (${texts.online} ${bank.lastOnlineAtc})`],
    [texts.pin, words[lang].tries(bank.pin.triesLeft, bank.pin.tries)],
    [texts.balance, bank.balance === null ? texts.none : (bank.balance / 100).toFixed(2)],
    [texts.log, String(bank.logEntries)],
  ];
}

/** Which keys a terminal needs; the keys themselves are in the JSON. */
function caKeyText(keys: readonly CaKeyImage[], lang: Language): string {
  const rows = keys.map(({ rid, index, algorithm }) => [
    words[lang].bank.caKey,
    `${rid} ${index}`,
    algorithm.toUpperCase(),
  ]);
  return table(rows);
}

function psamText(psam: PsamDescription, lang: Language): string {
  const texts = words[lang];
  return table([
    [texts.terminalNumber, psam.terminalNumber],
    [texts.algorithm, psam.algorithm],
    [texts.derive, psam.derive.map((form) => ({ vendor: 'BF DE', standard: '80 1A' })[form]).join(', ')],
    [texts.terminalSerial, String(psam.terminalSerial)],
    ['MAC2', texts.tries(psam.mac2.triesLeft, psam.mac2.tries)],
    ...psam.keys.map(({ directory, key, usage, id }) => [`PSAM ${usage} ${id}`, `${directory} ${key}`]),
  ]);
}

function readSeed(value: string | true | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seed = Number(value);
  if (Number.isSafeInteger(seed) && seed >= 0 && /^\d+$/.test(String(value))) return seed;
  throw new SscardError('option-value-malformed', 'a whole number', { place: '--seed' });
}

/** One of the kinds, else the file of a published profile. */
function readBank(value: string | true | undefined): CreateCardOptions['bank'] {
  if (value === undefined || value === true) return undefined;
  const kind = (['none', 'rsa', 'sm2', 'dual'] as const).find((known) => known === value);
  return kind ?? { profile: value };
}
