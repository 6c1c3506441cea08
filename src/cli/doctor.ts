import { createRequire } from 'node:module';
import type { BindingName } from '../../drivers/pcsc/binding.ts';
import { doctorTexts } from '../i18n/doctor.ts';
import { words } from '../i18n/words.ts';
import { loadAssumptions } from '../social/profile/load.ts';
import type { Context, Outcome } from './context.ts';
import { type Check, check, failed, shown } from './doctor-check.ts';
import { isOnPort, unitChecks } from './doctor-units.ts';
import { paint, printable, table } from './layout.ts';
import { openReaders } from './open.ts';
import type { Language, Settings } from './settings.ts';
import { packageVersion } from './version.ts';

const LIST_TIMEOUT = 5_000;
const OLDEST_NODE = [20, 19] as const;
const BINDINGS: readonly BindingName[] = ['koffi', 'smartcard', 'pcsclite'];

/** `sscard doctor`: the diagnosis itself succeeds; each check says what was found. */
export async function runDoctor({ options, settings, signal }: Context): Promise<Outcome> {
  if (options.has('rules')) return rules(settings.lang);
  const checks = [nodeCheck(), platform(), ...settingsChecks(settings)];
  // With a unit on a port, PC/SC may be missing.
  const missing = isOnPort(settings.reader) ? 'warning' : 'failed';
  for (const name of BINDINGS) checks.push(bindingCheck(name, settings.binding, missing));
  checks.push(...(await serviceChecks(settings, missing, signal)), ...(await unitChecks(settings, signal)));
  const usable = checks.every(({ result }) => result !== 'failed');
  return { members: { version: packageVersion(), usable, checks }, text: checksText(checks, settings.lang) };
}

async function rules(lang: Language): Promise<Outcome> {
  const assumptions = await loadAssumptions();
  const lines = assumptions.map(
    ({ id, value, source, ...texts }) => `${id} = ${value}\n  ${texts[lang]}\n  [${source}]`,
  );
  return { members: { assumptions }, text: lines.join('\n') };
}

function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldest, minorOfOldest] = OLDEST_NODE;
  const fits = major > oldest || (major === oldest && minor >= minorOfOldest);
  return check('node', fits ? 'passed' : 'failed', process.versions.node, fits ? null : doctorTexts.node.advice);
}

function platform(): Check {
  const { platform: system, arch } = process;
  const run = system === 'linux';
  return check('platform', run ? 'passed' : 'warning', `${system}-${arch}`, run ? null : doctorTexts.platform.advice);
}

function settingsChecks({ lang, configFile, reader }: Settings): Check[] {
  const threads = process.env['UV_THREADPOOL_SIZE'];
  return [
    check('language', 'passed', lang),
    check('config', 'passed', configFile ?? null),
    check('reader', 'passed', reader),
    check(
      'threads',
      threads === undefined ? 'warning' : 'passed',
      threads ?? '4',
      threads === undefined ? doctorTexts.threads.advice : null,
    ),
  ];
}

/** A binding that was not chosen may be missing. */
function bindingCheck(name: BindingName, chosen: BindingName, missing: Check['result']): Check {
  try {
    createRequire(import.meta.url).resolve(name);
    return check(name, 'passed', name === chosen ? '*' : '');
  } catch {
    return check(name, name === chosen ? missing : 'warning', null, doctorTexts[name].advice);
  }
}

async function serviceChecks(settings: Settings, missing: Check['result'], signal: AbortSignal): Promise<Check[]> {
  try {
    await using readers = await openReaders({ scheme: 'pcsc' }, settings);
    const slots = await readers.list({ timeout: LIST_TIMEOUT, signal });
    const none = slots.length === 0;
    return [
      check('service', 'passed', 'PC/SC'),
      check('readers', none ? 'warning' : 'passed', shown(slots), none ? doctorTexts.readers.advice : null),
    ];
  } catch (error) {
    return [failed('service', error, missing)];
  }
}

function checksText(checks: readonly Check[], lang: Language): string {
  const { results } = words[lang];
  const rows = checks.map(({ name, result, value, advice }) => [
    results[result],
    doctorTexts[name].label[lang],
    [value, advice?.[lang]].filter(Boolean).join('  → '),
  ]);
  const styles = { passed: 'green', warning: 'yellow', failed: 'red' } as const;
  const lines = table(rows.map((row) => row.map(printable))).split('\n');
  return lines.map((line, at) => paint(styles[checks[at]?.result ?? 'passed'], line)).join('\n');
}
