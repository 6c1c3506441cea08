import { unitProtocols } from '../../drivers/units/protocols.ts';
import { schemes } from './address.ts';
import type { Run } from './context.ts';

/** One option. Its text is `src/i18n/cli.ts`, by name. */
export interface OptionSpec {
  readonly name: string;
  /** Placeholder of the value; an option without one is a switch. */
  readonly value?: string;
  /** The only values there are. */
  readonly choices?: readonly string[];
  /** How values begin, for completion. */
  readonly hints?: readonly string[];
  readonly env?: string;
}

/** One thing the command does. The order of this table is the order of the help. */
export interface VerbSpec {
  /** One or two words: `read`, `sim new`. */
  readonly name: string;
  /** Placeholders of the arguments; `…` repeats, brackets say that it may be missing. */
  readonly arguments: readonly string[];
  readonly options: readonly OptionSpec[];
  /** Loaded when this verb runs and not before: start-up time is one of the figures that are measured. */
  readonly load: () => Promise<Run>;
}

/** Options of every verb. */
export const globalOptions: readonly OptionSpec[] = [
  { name: 'reader', value: 'uri', hints: schemes, env: 'SSCARD_READER' },
  { name: 'psam', value: 'uri', hints: schemes, env: 'SSCARD_PSAM' },
  { name: 'pad', value: 'uri', hints: ['pcsc:', 'serial:', 'sim:'], env: 'SSCARD_PAD' },
  { name: 'interface', value: 'interface', choices: ['contact', 'contactless', 'auto'] },
  { name: 'hsm', value: 'url', env: 'SSCARD_HSM' },
  { name: 'pin-from', value: 'pad|prompt|stdin|fd:N', hints: ['pad', 'prompt', 'stdin', 'fd:'] },
  { name: 'profile', value: 'file', env: 'SSCARD_PROFILE' },
  { name: 'ca-keys', value: 'file', env: 'SSCARD_CA_KEYS' },
  { name: 'test-keys' },
  { name: 'binding', value: 'name', choices: ['koffi', 'smartcard', 'pcsclite'] },
  { name: 'timeout', value: 'seconds' },
  { name: 'trace', value: 'file' },
  { name: 'operator', value: 'id', env: 'SSCARD_OPERATOR' },
  { name: 'unmask', value: 'reason' },
  { name: 'config', value: 'file', env: 'SSCARD_CONFIG' },
  { name: 'lang', value: 'language', choices: ['zh', 'en'], env: 'SSCARD_LANG' },
  { name: 'json' },
  { name: 'help' },
  { name: 'version' },
];

/** Of the acts that present the holder's PIN. */
const lastTry: OptionSpec = { name: 'last-try' };

/** Of the acts that open more under the PIN. */
const underPin: readonly OptionSpec[] = [{ name: 'with-pin' }, lastTry];

export const verbs: readonly VerbSpec[] = [
  {
    name: 'readers',
    arguments: [],
    options: [{ name: 'watch' }],
    load: () => import('./readers.ts').then(({ runReaders }) => runReaders),
  },
  {
    name: 'read',
    arguments: [],
    options: [
      { name: 'format', value: 'format', choices: ['national', 'jiangsu'] },
      { name: 'all' },
      { name: 'photo', value: 'file' },
      ...underPin,
    ],
    load: () => import('./read.ts').then(({ runRead }) => runRead),
  },
  {
    name: 'check',
    arguments: [],
    options: [],
    load: () => import('./check.ts').then(({ runCheck }) => runCheck),
  },
  {
    name: 'pin status',
    arguments: [],
    options: [],
    load: () => import('./pin.ts').then(({ runPinStatus }) => runPinStatus),
  },
  {
    name: 'pin verify',
    arguments: [],
    options: [lastTry],
    load: () => import('./pin.ts').then(({ runPinVerify }) => runPinVerify),
  },
  {
    name: 'pin set',
    arguments: [],
    options: [lastTry],
    load: () => import('./pin.ts').then(({ runPinChange }) => runPinChange),
  },
  {
    name: 'pin change',
    arguments: [],
    options: [lastTry],
    load: () => import('./pin.ts').then(({ runPinChange }) => runPinChange),
  },
  {
    name: 'pin reset',
    arguments: [],
    options: [],
    load: () => import('./pin.ts').then(({ runPinReset }) => runPinReset),
  },
  {
    name: 'pin unblock',
    arguments: [],
    options: [],
    load: () => import('./pin.ts').then(({ runPinUnblock }) => runPinUnblock),
  },
  {
    name: 'account show',
    arguments: [],
    options: underPin,
    load: () => import('./account.ts').then(({ runAccountShow }) => runAccountShow),
  },
  {
    name: 'account log',
    arguments: [],
    options: underPin,
    load: () => import('./account.ts').then(({ runAccountLog }) => runAccountLog),
  },
  {
    name: 'files tree',
    arguments: [],
    options: [{ name: 'generation', value: 'generation', choices: ['1.0', '2.0', '3.0'] }],
    load: () => import('./files-tree.ts').then(({ runFilesTree }) => runFilesTree),
  },
  {
    name: 'files read',
    arguments: ['address…'],
    options: underPin,
    load: () => import('./files-read.ts').then(({ runFilesRead }) => runFilesRead),
  },
  {
    name: 'files write',
    arguments: ['[file]'],
    options: underPin,
    load: () => import('./files-write.ts').then(({ runFilesWrite }) => runFilesWrite),
  },
  {
    name: 'files dump',
    arguments: ['file'],
    options: underPin,
    load: () => import('./files-dump.ts').then(({ runFilesDump }) => runFilesDump),
  },
  {
    name: 'files diff',
    arguments: ['dump', '[dump]'],
    options: underPin,
    load: () => import('./files-diff.ts').then(({ runFilesDiff }) => runFilesDiff),
  },
  {
    name: 'bank info',
    arguments: [],
    options: [],
    load: () => import('./bank.ts').then(({ runBankInfo }) => runBankInfo),
  },
  {
    name: 'bank balance',
    arguments: [],
    options: [],
    load: () => import('./bank.ts').then(({ runBankBalance }) => runBankBalance),
  },
  {
    name: 'bank log',
    arguments: [],
    options: [],
    load: () => import('./bank-log.ts').then(({ runBankLog }) => runBankLog),
  },
  {
    name: 'bank verify',
    arguments: [],
    options: [],
    load: () => import('./bank.ts').then(({ runBankVerify }) => runBankVerify),
  },
  {
    name: 'apdu',
    arguments: ['hex…'],
    options: [],
    load: () => import('./apdu.ts').then(({ runApdu }) => runApdu),
  },
  {
    name: 'script',
    arguments: ['file'],
    options: [],
    load: () => import('./script.ts').then(({ runScript }) => runScript),
  },
  {
    name: 'trace explain',
    arguments: ['file'],
    options: [],
    load: () => import('./trace.ts').then(({ runTraceExplain }) => runTraceExplain),
  },
  {
    name: 'trace mask',
    arguments: ['file'],
    options: [],
    load: () => import('./trace.ts').then(({ runTraceMask }) => runTraceMask),
  },
  {
    name: 'trace replay',
    arguments: ['file', '[verb…]'],
    options: [],
    load: () => import('./trace.ts').then(({ runTraceReplay }) => runTraceReplay),
  },
  {
    name: 'sim new',
    arguments: ['file'],
    options: [
      { name: 'generation', value: 'generation', choices: ['1.0', '2.0', '3.0'] },
      { name: 'algorithm', value: 'algorithm', choices: ['3DES', 'SM4', 'SM4-zero'] },
      { name: 'bank', value: 'none|rsa|sm2|dual|file', hints: ['none', 'rsa', 'sm2', 'dual'] },
      { name: 'seed', value: 'number' },
      { name: 'force' },
    ],
    load: () => import('./sim.ts').then(({ runSimNew }) => runSimNew),
  },
  {
    name: 'sim show',
    arguments: ['file'],
    options: [],
    load: () => import('./sim.ts').then(({ runSimShow }) => runSimShow),
  },
  {
    name: 'sim run',
    arguments: ['file', '[script]'],
    options: [],
    load: () => import('./sim.ts').then(({ runSimRun }) => runSimRun),
  },
  {
    name: 'sim serve',
    arguments: ['file…'],
    options: [
      { name: 'vpcd', value: 'host:port' },
      { name: 'serial', value: 'protocol', choices: unitProtocols },
      { name: 'contactless' },
      { name: 'key-service', value: 'host:port' },
      { name: 'tls', value: 'folder' },
    ],
    load: () => import('./sim-serve.ts').then(({ runSimServe }) => runSimServe),
  },
  {
    name: 'doctor',
    arguments: [],
    options: [{ name: 'rules' }],
    load: () => import('./doctor.ts').then(({ runDoctor }) => runDoctor),
  },
  {
    name: 'completion',
    arguments: ['shell'],
    options: [],
    load: () => import('./completion.ts').then(({ runCompletion }) => runCompletion),
  },
];
