import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Finding, findings } from './secrets.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Exception {
  readonly path: RegExp;
  readonly what: Finding['what'];
  /** In one file at most. */
  readonly most: number;
  readonly why: string;
}

const WORKED_VECTOR = 'the worked key vector of social-security-card.md 6.7 is synthetic but for this factor';

/** What may stand where, by name, and why. */
const EXCEPTIONS: readonly Exception[] = [
  { path: /^fixtures\/vectors\//, what: 'number of a real card', most: 1_000, why: 'published vectors' },
  { path: /^fixtures\/vectors\//, what: 'citizen number', most: 1_000, why: 'the example of GB 11643' },
  {
    path: /^src\/social\/profile\/generation-[123]\.0\.json$/,
    what: 'PIN',
    most: 1,
    why: 'the initial PIN is a fact about the card (6.6): it counts as none',
  },
  { path: /^test\/pure\/crypto\/blocks\.test\.ts$/, what: 'number of a real card', most: 1, why: WORKED_VECTOR },
  { path: /^fixtures\/golden\/psam-[\w-]+\.transcript$/, what: 'number of a real card', most: 20, why: WORKED_VECTOR },
  { path: /^test\/simulator\/golden-psams\.ts$/, what: 'number of a real card', most: 1, why: WORKED_VECTOR },
  { path: /^test\/simulator\/personalise\.test\.ts$/, what: 'number of a real card', most: 1, why: WORKED_VECTOR },
];

/** Checksums of packages look like anything. */
const NOT_OURS = new Set(['package-lock.json']);

function tracked(): string[] {
  const paths = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  return paths.filter((path) => path !== '' && !NOT_OURS.has(path) && existsSync(join(root, path)));
}

/** The findings of one file that no exception covers. */
function uncovered(found: readonly Finding[]): Finding[] {
  const used = new Map<Exception, number>();
  return found.filter(({ path, what }) => {
    const exception = EXCEPTIONS.find((one) => one.path.test(path) && one.what === what);
    if (exception === undefined) return true;
    const count = (used.get(exception) ?? 0) + 1;
    used.set(exception, count);
    return count > exception.most;
  });
}

/** A number with the right check digit; built here, so that none stands in this file. */
function citizenNumber(division: string, birth: string): string {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const body = `${division}${birth}001`;
  const sum = weights.reduce((total, weight, at) => total + weight * Number(body[at]), 0);
  return body + '10X98765432'[sum % 11];
}

describe('the files of the project', () => {
  it('hold no PIN, no citizen number of somebody who may live, no number of a real card', () => {
    const found = tracked().flatMap((path) => uncovered(findings(path, readFileSync(join(root, path), 'utf8'))));
    expect(found).toEqual([]);
  });

  it('are really looked at', () => {
    expect(tracked()).toEqual(expect.arrayContaining(['apdu/bytes.ts', 'fixtures/golden/cards.json', 'package.json']));
  });
});

describe('an exception', () => {
  const path = 'src/social/profile/generation-2.0.json';

  it('covers as often as it says', () => {
    expect(uncovered(findings(path, '123456'))).toEqual([]);
    expect(uncovered(findings(path, '123456\n123456'))).toEqual([{ path, line: 2, what: 'PIN' }]);
  });

  it('covers nothing else', () => {
    expect(uncovered(findings(path, ['R4770', '8862'].join('')))).toHaveLength(1);
    expect(uncovered(findings('src/social/pin.ts', '123456'))).toHaveLength(1);
  });
});

describe('the search', () => {
  const whats = (path: string, text: string) => findings(path, text).map(({ what }) => what);
  const living = citizenNumber('110101', '19900307');

  it.each(['123456', '735190', '482615', '0020000003735190', '12 34 56'])('finds the PIN in %s', (text) => {
    expect(whats('README.md', `x\n${text}`)).toEqual(['PIN']);
  });

  it.each(['test/pure/x.test.ts', 'fixtures/golden/x.transcript', 'src/simulator/x.ts'])(
    'lets a test PIN be in %s',
    (path) => {
      expect(whats(path, '123456')).toEqual([]);
    },
  );

  it.each([
    ['as it is', living],
    ['among letters', `x${living}y`],
    ['in a longer run of digits', `9${living}`],
    ['with its check letter', citizenNumber('110101', '19900310')],
    ['in ASCII', Buffer.from(living).toString('hex')],
    [
      'in ASCII with blanks',
      Buffer.from(living)
        .toString('hex')
        .replace(/..(?=.)/g, '$& '),
    ],
  ])('finds a citizen number %s', (_, text) => {
    expect(whats('test/pure/x.test.ts', text)).toEqual(['citizen number']);
  });

  it.each([
    ['of the invented division', citizenNumber('320499', '19900307')],
    ['of somebody born before 1900', citizenNumber('110101', '18900307')],
    ['with a wrong check digit', living.slice(0, 17) + (living.endsWith('0') ? '1' : '0')],
    ['without a date', citizenNumber('110101', '19901307')],
  ])('lets pass a number %s', (_, text) => {
    expect(whats('README.md', text)).toEqual([]);
  });

  it.each([
    ['a card number', ['R4770', '8862']],
    ['a card identification', ['441800D156', '0000053030737878EC1A84']],
    ['a card identification with blanks', ['44 18 00 D1 56 ', '00 00 05 30 30 73 78 78 EC 1A 84']],
    ['a diversification factor in small letters', ['86971599', '00bf7c7a']],
  ])('finds %s of a real card', (_, parts) => {
    expect(whats('fixtures/x.json', parts.join(''))).toEqual(['number of a real card']);
  });

  it('names file and line', () => {
    expect(findings('README.md', 'x\n123456')).toEqual([{ path: 'README.md', line: 2, what: 'PIN' }]);
  });
});
