import { type SpawnOptionsWithoutStdio, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The built command, as package.json names it. */
export const command = join(root, manifest.bin.sscard);

/** How one run of the command ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly env?: Record<string, string>;
  readonly input?: string;
  readonly cwd?: string;
  /** Sent once `when` is in stdout, or so many milliseconds after the start. */
  readonly signal?: { readonly name: NodeJS.Signals; readonly when: string | number };
}

let checked = false;

/** The tests are of what was built: an old build would test something else. */
function checkBuild(): void {
  if (checked) return;
  if (!existsSync(command)) throw new Error(`${command} is missing: run "npm run build" first`);
  const built = statSync(command).mtimeMs;
  for (const folder of ['apdu', 'bin', 'drivers', 'src']) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const source = join(root, folder, name);
      if (statSync(source).isFile() && statSync(source).mtimeMs > built) {
        throw new Error(`${source} is newer than the build: run "npm run build" first`);
      }
    }
  }
  checked = true;
}

/** A clean environment: nothing of the machine's own configuration gets in. No PC/SC service is within reach. */
export function environment(home: string): Record<string, string> {
  const { PATH = '' } = process.env;
  return { PATH, HOME: home, PCSCLITE_CSOCK_NAME: join(home, 'no-service') };
}

/** Runs the built command. */
export async function sscard(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
  checkBuild();
  const home = mkdtempSync(join(tmpdir(), 'sscard-home-'));
  try {
    return await ended([process.execPath, command, ...words], home, options);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Runs a program in the environment of the tests. */
export function ended(words: readonly string[], home: string, options: RunOptions = {}): Promise<Ended> {
  const [program = '', ...rest] = words;
  const spawning: SpawnOptionsWithoutStdio = { env: { ...environment(home), ...options.env } };
  if (options.cwd !== undefined) spawning.cwd = options.cwd;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, spawning);
    let [out, err, signalled] = ['', '', false];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
      const { signal } = options;
      if (typeof signal?.when === 'string' && !signalled && out.includes(signal.when)) {
        signalled = true;
        child.kill(signal.name);
      }
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      err += chunk;
    });
    const { when, name } = options.signal ?? {};
    const timer = typeof when === 'number' ? setTimeout(() => child.kill(name), when) : undefined;
    child.once('error', reject).once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, out, err });
    });
    child.stdin.on('error', () => {});
    if (options.input !== undefined) child.stdin.end(options.input);
    else if (options.signal === undefined) child.stdin.end();
  });
}

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
const schemas = join(root, 'docs', 'schema');
for (const name of readdirSync(schemas)) ajv.addSchema(JSON.parse(readFileSync(join(schemas, name), 'utf8')), name);

/** What stands in an object of the command, beside its members. */
export type Answer = Record<string, unknown> & {
  readonly ok: boolean;
  readonly command: string;
  readonly error?: { readonly code: string } & Record<string, unknown>;
};

/** Runs with `--json`: exactly one object on stdout, valid against the schema; `ok` says the same as the exit code. */
export async function sscardJson(
  words: readonly string[],
  options: RunOptions = {},
): Promise<{ code: number | null; answer: Answer }> {
  const { code, out } = await sscard([...words, '--json'], options);
  expect(out.endsWith('\n') && out.indexOf('\n') === out.length - 1, `one line: ${out}`).toBe(true);
  const answer = readObject(out);
  expect(answer.ok).toBe(code === 0);
  return { code, answer };
}

/** One printed object, validated against the schema of its verb. */
export function readObject(line: string): Answer {
  const answer = JSON.parse(line) as Answer;
  const name = schemaOf(answer);
  const validate = ajv.getSchema(name);
  if (validate === undefined) throw new Error(`no schema ${name}`);
  expect(validate(answer) || JSON.stringify(validate.errors), line).toBe(true);
  return answer;
}

function schemaOf(answer: Answer): string {
  if ('help' in answer || ('version' in answer && !('checks' in answer))) return 'help.json';
  if (answer.command === '') return 'failure.json';
  if (answer.command === 'readers' && 'event' in answer) return 'readers-watch.json';
  return `${answer.command.replace(' ', '-')}.json`;
}
