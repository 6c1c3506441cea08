import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { roomOf, violations } from './architecture.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The program's files, those not committed yet included. */
function sources(): Map<string, string> {
  const command = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', 'apdu', 'drivers', 'src', 'bin'];
  const paths = execFileSync('git', command, { cwd: root, encoding: 'utf8' }).split('\0');
  const code = [...new Set(paths)].filter((path) => /\.[cm]?[jt]s$/.test(path) && existsSync(join(root, path)));
  return new Map(code.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

/** What the checker says of one planted file. */
const planted = (path: string, text: string) => violations(new Map([[path, text]]));

describe('the house', () => {
  it('keeps its rules', () => {
    expect(violations(sources())).toEqual([]);
  });

  it('is really looked at', () => {
    const paths = [...sources().keys()];
    expect(paths).toEqual(expect.arrayContaining(['apdu/bytes.ts', 'drivers/reader.ts', 'src/trace/mask.ts']));
    expect(paths.length).toBeGreaterThan(40);
  });
});

describe('the checker finds', () => {
  it.each([
    ['a way up', 'drivers/pcsc/x.ts', "import { a } from '../../src/social/a.ts';", 'drivers is not above src/social'],
    ['a way up by types', 'drivers/x.ts', "import type { A } from '../src/card.ts';", 'drivers is not above src/card'],
    [
      'a way up by re-export',
      'src/crypto/x.ts',
      "export { a } from '../trace/mask.ts';",
      'src/crypto is not above src/trace/mask',
    ],
    [
      'a way up in a dynamic import',
      'drivers/x.ts',
      "await import('../src/card.ts');",
      'drivers is not above src/card',
    ],
    ['a way up in a type', 'drivers/x.ts', "let a: import('../src/card.ts').Card;", 'drivers is not above src/card'],
    [
      'a way up in an address',
      'drivers/x.ts',
      "new URL('../src/card.ts', import.meta.url);",
      'drivers is not above src/card',
    ],
    ['a way up for its effect', 'src/keys/x.ts', "import '../cli/main.ts';", 'src/keys is not above src/cli'],
    ['a way sideways on one level', 'src/supervisor.ts', "import './card.ts';", 'src/supervisor is not above src/card'],
    [
      'social reaching for financial',
      'src/social/x.ts',
      "import '../financial/a.ts';",
      'the two applications are apart',
    ],
    [
      'financial reaching for social',
      'src/financial/x.ts',
      "import '../social/a.ts';",
      'the two applications are apart',
    ],
    ['a driver that explains', 'drivers/x.ts', "import '../src/trace/explain.ts';", 'drivers is not above src/trace'],
    [
      'a driver that knows another',
      'drivers/replay/x.ts',
      "import '../pcsc/a.ts';",
      'pcsc is another family of readers',
    ],
    [
      'a contract that knows a driver',
      'drivers/reader.ts',
      "import './pcsc/a.ts';",
      'pcsc is another family of readers',
    ],
    ['a platform module in apdu', 'apdu/x.ts', "import { a } from 'node:fs';", 'apdu imports nothing outside itself'],
    ['a package in apdu', 'apdu/x.ts', "import a from 'iconv-lite';", 'apdu imports nothing outside itself'],
    ['the program in apdu', 'apdu/x.ts', "import '../src/crypto/a.ts';", 'apdu imports nothing outside itself'],
    ['texts below the counter', 'src/social/x.ts', "import '../i18n/errors.ts';", 'this room has keys, not texts'],
    ['texts that import', 'src/i18n/x.ts', "import '../../apdu/bytes.ts';", 'texts import nothing'],
    [
      'the simulator in the program',
      'src/card.ts',
      "import './simulator/card.ts';",
      'only the command imports the simulator',
    ],
    [
      'the simulator in a driver',
      'drivers/x.ts',
      "import '../src/simulator/card.ts';",
      'only the command imports the simulator',
    ],
    [
      'the terminal in the simulator',
      'src/simulator/x.ts',
      "import '../social/a.ts';",
      'the simulator shares no code with the terminal',
    ],
    [
      'the masks in the simulator',
      'src/simulator/x.ts',
      "import '../trace/mask.ts';",
      'the simulator shares no code with the terminal',
    ],
    [
      'code beside the profile in the simulator',
      'src/simulator/x.ts',
      "import '../social/profile/load.ts';",
      'the simulator shares no code',
    ],
    [
      'a driver in the simulator',
      'src/simulator/x.ts',
      "import type { A } from '../../drivers/replay/a.ts';",
      'the simulator shares no code',
    ],
    [
      'code of the contract in the simulator',
      'src/simulator/x.ts',
      "import { type A } from '../../drivers/reader.ts';",
      'import type',
    ],
    ['a public.ts inside', 'src/card.ts', "import '../apdu/public.ts';", 'a public.ts is for users of the package'],
    ['a test in the program', 'src/card.ts', "import '../test/fuzz/seeds.ts';", 'no part of the program'],
    [
      'a fixture in the program',
      'src/card.ts',
      "new URL('../fixtures/golden/cards.json', import.meta.url);",
      'no part of the program',
    ],
    ['a file of no room', 'src/misc/x.ts', '', 'belongs to no room of the design'],
    ['a computed import', 'src/card.ts', 'await import(name);', 'import of a computed name'],
    ['an import of a sum', 'src/card.ts', 'await import("./" + name);', 'import of a computed name'],
    [
      'a computed address',
      'src/card.ts',
      'new URL(name, import.meta.url);',
      'the address of a file of ours is computed',
    ],
    ['require', 'src/card.ts', "require('./x.ts');", 'require hides what is loaded'],
    [
      'a require made by createRequire',
      'src/card.ts',
      'const require = createRequire(import.meta.url);',
      'createRequire hides',
    ],
    ['a computed require', 'src/card.ts', 'createRequire(import.meta.url)(name);', 'createRequire hides'],
    [
      'a way up by require',
      'drivers/x.ts',
      "createRequire(import.meta.url)('../src/card.ts');",
      'drivers is not above',
    ],
    ['an import made by require', 'src/card.ts', "import a = require('./x.ts');", 'import = is not for modules'],
    ['eval', 'src/card.ts', "eval('1');", 'eval hides what is loaded'],
    ['new Function', 'src/card.ts', "new Function('1');", 'new Function hides what is loaded'],
    ['dlopen', 'src/card.ts', 'process.dlopen(module, name);', 'process.dlopen hides what is loaded'],
    ['a resolved name', 'src/card.ts', 'import.meta.resolve(name);', 'import.meta.resolve hides what is loaded'],
    ['a file of 301 lines', 'src/card.ts', '\n'.repeat(301), '301 lines'],
  ])('%s', (_, path, text, why) => {
    expect(planted(path, text)).toEqual([expect.stringContaining(why)]);
  });

  it('the line of an import', () => {
    expect(planted('drivers/x.ts', "\n\nimport '../src/card.ts';")).toEqual([
      'drivers/x.ts:3: imports src/card.ts: drivers is not above src/card',
    ]);
  });

  it('a cycle', () => {
    const files = new Map([
      ['apdu/a.ts', "import './b.ts';"],
      ['apdu/b.ts', "export { c } from './c.ts';"],
      ['apdu/c.ts', "await import('./a.ts');"],
    ]);
    expect(violations(files)).toEqual(['cycle: apdu/a.ts → apdu/b.ts → apdu/c.ts → apdu/a.ts']);
  });

  it('a file that imports itself', () => {
    expect(planted('apdu/a.ts', "import './a.ts';")).toEqual(['cycle: apdu/a.ts → apdu/a.ts']);
  });
});

describe('the checker lets pass', () => {
  it.each([
    ['a way down', 'bin/sscard.ts', "import '../src/cli/main.ts';"],
    ['a way down over several levels', 'src/cli/x.ts', "import '../../apdu/bytes.ts';"],
    [
      'a driver that masks',
      'drivers/replay/x.ts',
      "import '../../src/trace/mask.ts'; import '../../src/trace/mask-policy.ts';",
    ],
    ['a driver and the contract', 'drivers/pcsc/x.ts', "import '../reader.ts'; import './y.ts';"],
    ['the command with its rooms', 'src/cli/x.ts', "import '../simulator/card.ts'; import '../i18n/cli.ts';"],
    ['a driver of the command', 'src/cli/x.ts', "await import('../../drivers/pcsc/readers.ts');"],
    [
      'what the simulator may have',
      'src/simulator/x.ts',
      "import '../../apdu/a.ts'; import '../crypto/a.ts'; import a from '../social/profile/a.json';",
    ],
    [
      'the types of the contract in the simulator',
      'src/simulator/x.ts',
      "import type { A } from '../../drivers/reader.ts';",
    ],
    ['packages and platform above apdu', 'src/social/x.ts', "import 'node:fs'; import 'iconv-lite';"],
    [
      'what only looks like an import',
      'apdu/x.ts',
      "// import '../src/card.ts'\nconst a = \"import '../src/card.ts'\";",
    ],
    ['another address', 'src/cli/x.ts', "new URL(text, 'sim:');"],
    ['a module required by name', 'src/cli/x.ts', "createRequire(import.meta.url)('node:tty');"],
    ['a look for a package', 'src/cli/x.ts', 'createRequire(import.meta.url).resolve(name);'],
    ['native packages, where they are loaded', 'drivers/pcsc/packages.ts', 'createRequire(import.meta.url)(name);'],
    ['300 lines', 'src/card.ts', '\n'.repeat(300)],
    ['a declared surface', 'src/public.ts', "export { a } from './card.ts';"],
  ])('%s', (_, path, text) => {
    expect(planted(path, text)).toEqual([]);
  });

  it('the table of verbs, which a verb reads that is loaded later', () => {
    const files = new Map([
      ['src/cli/verbs.ts', "import('./completion.ts');"],
      ['src/cli/completion.ts', "import './verbs.ts';"],
    ]);
    expect(violations(files)).toEqual([]);
  });

  it('a cycle of types: nothing of it is left when the program runs', () => {
    const files = new Map([
      ['apdu/a.ts', "import type { B } from './b.ts';"],
      ['apdu/b.ts', "import './a.ts';"],
    ]);
    expect(violations(files)).toEqual([]);
  });
});

it.each([
  ['apdu/bytes.ts', 'apdu'],
  ['src/card.ts', 'src/card'],
  ['src/trace/mask-policy.ts', 'src/trace/mask'],
  ['src/trace/explain.ts', 'src/trace'],
  ['drivers/pcsc/codes.ts', 'drivers'],
  ['src/new/x.ts', undefined],
])('%s is in the room %s', (path, room) => {
  expect(roomOf(path)).toBe(room);
});
