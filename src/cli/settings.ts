import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { SscardError } from '../../apdu/errors.ts';
import type { BindingName } from '../../drivers/pcsc/binding.ts';
import type { Config, HsmConfig } from './config.ts';
import { isPinFrom, type PinFrom, readPinFrom } from './pin-from.ts';

export type Language = 'zh' | 'en';

export type Interface = 'contact' | 'contactless' | 'auto';

/** The key service, and where the files stand that prove who is who. */
export interface HsmSettings extends Omit<HsmConfig, 'url'> {
  readonly url: string;
}

/** Options, environment and configuration file, in that order of precedence. */
export interface Settings {
  readonly lang: Language;
  readonly json: boolean;
  /** Reader address. */
  readonly reader: string;
  /** Address of the slot with the PSAM. Default: the SAM slot of the reader's own unit. */
  readonly psam?: string;
  readonly interface: Interface;
  readonly hsm?: HsmSettings;
  /** Path of an overlay on the card profile. */
  readonly profile?: string;
  /** Path of a file of authority keys, for the debit side. */
  readonly caKeys?: string;
  /** Test keys of authorities count. */
  readonly testKeys: boolean;
  /** Address of the PIN pad. */
  readonly pad?: string;
  /** Default: the pad, if there is one, else a prompt, where there is a terminal. */
  readonly pinFrom?: PinFrom;
  readonly binding: BindingName;
  readonly aliases: Readonly<Record<string, string>>;
  /** Milliseconds to wait for a card. */
  readonly timeout: number;
  readonly trace?: string;
  readonly operator?: string;
  /** The reason for showing personal data in full. */
  readonly unmask?: string;
  /** The configuration file in force. */
  readonly configFile?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const LONGEST_TIMEOUT = 24 * 3600;
const HSM_FILES = ['ca', 'cert', 'key'] as const;

/**
 * @throws SscardError `config-unreadable`, `config-malformed` (line and column), `option-value-malformed`,
 * `unmask-needs-operator`
 */
export async function resolveSettings(
  options: ReadonlyMap<string, string | true>,
  env: Environment,
): Promise<Settings> {
  const text = (name: string): string | undefined => {
    const value = options.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const configFile = configPath(text('config'), env);
  const config: Config = configFile === undefined ? {} : await readConfig(configFile);
  const operator = text('operator') ?? given(env['SSCARD_OPERATOR']) ?? config.operator;
  const unmask = text('unmask');
  if (unmask !== undefined && (operator === undefined || unmask.trim() === '')) {
    throw new SscardError('unmask-needs-operator', 'unmask without operator or reason');
  }
  const trace = text('trace');
  const psam = text('psam') ?? given(env['SSCARD_PSAM']) ?? config.psam;
  const pad = text('pad') ?? given(env['SSCARD_PAD']) ?? config.pad;
  const profile = text('profile') ?? given(env['SSCARD_PROFILE']) ?? besideConfig(config.profile, configFile);
  const caKeys = text('ca-keys') ?? given(env['SSCARD_CA_KEYS']) ?? besideConfig(config.caKeys, configFile);
  const hsm = hsmSettings(text('hsm') ?? given(env['SSCARD_HSM']), config.hsm, configFile);
  const pinFrom = pinFromSetting(text('pin-from')) ?? config.pinFrom;
  return {
    lang: (text('lang') as Language | undefined) ?? languageOf(env, config.lang),
    json: options.has('json'),
    reader: text('reader') ?? given(env['SSCARD_READER']) ?? config.reader ?? 'pcsc:',
    interface: (text('interface') as Interface | undefined) ?? config.interface ?? 'auto',
    binding: (text('binding') as BindingName | undefined) ?? config.binding ?? 'koffi',
    aliases: config.aliases ?? {},
    testKeys: options.has('test-keys'),
    timeout: 1000 * (readSeconds(text('timeout')) ?? config.timeout ?? 30),
    ...(psam !== undefined && { psam }),
    ...(pad !== undefined && { pad }),
    ...(hsm !== undefined && { hsm }),
    ...(profile !== undefined && { profile }),
    ...(caKeys !== undefined && { caKeys }),
    ...(pinFrom !== undefined && { pinFrom: readPinFrom(pinFrom) }),
    ...(trace !== undefined && { trace }),
    ...(operator !== undefined && { operator }),
    ...(unmask !== undefined && { unmask }),
    ...(configFile !== undefined && { configFile }),
  };
}

/** Chinese unless something says English. A locale of another language, or none (`C`), leaves it Chinese. */
export function languageOf(env: Environment, configured?: Language): Language {
  const { SSCARD_LANG: own, LANG: locale } = env;
  if (own === 'zh' || own === 'en') return own;
  if (configured !== undefined) return configured;
  return locale?.startsWith('en') ? 'en' : 'zh';
}

function configPath(option: string | undefined, env: Environment): string | undefined {
  const stated = option ?? given(env['SSCARD_CONFIG']);
  if (stated !== undefined) return stated;
  const { XDG_CONFIG_HOME: xdg, HOME: home } = env;
  const base = given(xdg) ?? (given(home) && `${home}/.config`);
  const usual = base && `${base}/sscard/config.json`;
  return usual && existsSync(usual) ? usual : undefined;
}

async function readConfig(path: string): Promise<Config> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new SscardError('config-unreadable', 'no such file, or not readable', { place: path }, { cause: error });
  }
  const { parseConfig } = await import('./config.ts');
  return parseConfig(bytes, path);
}

/** A path of the configuration file, from the folder where that file stands. */
function besideConfig(path: string | undefined, configFile: string | undefined): string | undefined {
  return path === undefined || configFile === undefined ? path : resolve(dirname(configFile), path);
}

function hsmSettings(
  stated: string | undefined,
  config: HsmConfig = {},
  configFile: string | undefined,
): HsmSettings | undefined {
  const url = stated ?? config.url;
  if (url === undefined) return undefined;
  if (!url.startsWith('https://') || !URL.canParse(url)) {
    throw new SscardError('option-value-malformed', 'https://…', { place: '--hsm' });
  }
  const files = HSM_FILES.map((name) => [name, besideConfig(config[name], configFile)]);
  return { ...config, ...Object.fromEntries(files.filter(([, path]) => path !== undefined)), url };
}

function pinFromSetting(text: string | undefined): string | undefined {
  if (text === undefined || isPinFrom(text)) return text;
  const choices = ['pad', 'prompt', 'stdin', 'fd:N'];
  throw new SscardError('option-value-malformed', 'no such source', { place: '--pin-from', choices });
}

function readSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds <= LONGEST_TIMEOUT) return seconds;
  throw new SscardError('option-value-malformed', 'seconds, at most a day', { place: '--timeout' });
}

function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
