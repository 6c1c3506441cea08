import { existsSync, readFileSync } from 'node:fs';
import { SscardError } from '../../apdu/errors.ts';
import type { BindingName } from '../../drivers/pcsc/binding.ts';
import type { Config } from './config.ts';

export type Language = 'zh' | 'en';

/** Options, environment and configuration file, in that order of precedence. */
export interface Settings {
  readonly lang: Language;
  readonly json: boolean;
  /** Reader address. */
  readonly reader: string;
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
  return {
    lang: (text('lang') as Language | undefined) ?? languageOf(env, config.lang),
    json: options.has('json'),
    reader: text('reader') ?? given(env['SSCARD_READER']) ?? config.reader ?? 'pcsc:',
    binding: (text('binding') as BindingName | undefined) ?? config.binding ?? 'koffi',
    aliases: config.aliases ?? {},
    timeout: 1000 * (readSeconds(text('timeout')) ?? config.timeout ?? 30),
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

function readSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds <= LONGEST_TIMEOUT) return seconds;
  throw new SscardError('option-value-malformed', 'seconds, at most a day', { place: '--timeout' });
}

function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
