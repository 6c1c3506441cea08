import { posix } from 'node:path';
import ts from 'typescript';

/** One import, re-export, dynamic import, or file address (`new URL(…, import.meta.url)`) in a source file. */
export interface Import {
  readonly from: string;
  /** Path of the file for a relative one, else the name of the package. */
  readonly to: string;
  /** Nothing of it is left after compilation. */
  readonly typeOnly: boolean;
  /** `import()`: loaded when the program comes to it. */
  readonly dynamic: boolean;
  readonly line: number;
}

type Found = Pick<Import, 'typeOnly' | 'dynamic'> & { readonly specifier: string };

const MAX_LINES = 300;
/** Native packages are CommonJS, and optional: they are loaded by a name chosen at run time in this file only. */
const MAY_REQUIRE = 'drivers/pcsc/packages.ts';
/** The table of verbs loads a verb when it is run; a verb (completion) may read the table. */
const LOADS_LATER = 'src/cli/verbs.ts';

/** Rooms from the top down (design.md 2): a room imports from itself and from rooms below it. */
const LEVELS: readonly (readonly string[])[] = [
  ['bin'],
  ['src/cli'],
  ['src/bridge'],
  ['src/counter', 'src/trace'],
  ['src/card', 'src/supervisor'],
  ['src/social', 'src/financial'],
  ['src/keys', 'src/json-file'],
  ['drivers'],
  ['src/trace/mask'],
  ['src/crypto'],
  ['apdu'],
];
/** What simulated units and pads look like from above. */
const TYPES_OF_DRIVERS = new Set(['drivers/reader.ts', 'drivers/pin-pad.ts', 'drivers/port.ts']);
/** Ports carry units, and a maker's library is one; which unit is on which port is decided above both. */
const CARRIERS: readonly string[] = ['serial', 'hid', 'vendor'];
const USES_TEXTS = new Set(['src/cli', 'src/bridge', 'src/counter', 'src/trace']);
const APPLICATIONS = new Set(['src/social', 'src/financial']);
const APART = new Set(['src/i18n', 'src/simulator']);

/** The room of a file; `undefined`: nobody has said where it belongs. */
export function roomOf(path: string): string | undefined {
  if (/^src\/trace\/mask[^/]*\.ts$/.test(path)) return 'src/trace/mask';
  const [top = '', second = ''] = path.split('/');
  const room = top === 'src' ? `src/${second.replace(/\.ts$/, '')}` : top;
  return APART.has(room) || LEVELS.some((rooms) => rooms.includes(room)) ? room : undefined;
}

/** Everything that breaks a rule of the design, as sentences with file and line. @param files path → text */
export function violations(files: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  const imports: Import[] = [];
  for (const [path, text] of files) {
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    if (lines > MAX_LINES) found.push(`${path}: ${lines} lines, at most ${MAX_LINES}`);
    if (isSurface(path)) continue;
    if (roomOf(path) === undefined) found.push(`${path}: belongs to no room of the design`);
    const read = readImports(path, text);
    found.push(...read.bypasses);
    imports.push(...read.imports);
  }
  for (const one of imports) {
    const why = forbidden(one);
    if (why) found.push(`${one.from}:${one.line}: imports ${one.to}: ${why}`);
  }
  return [...found, ...cycles(imports)];
}

/** `public.ts` files name what the package exports; they are no part of the house. */
const isSurface = (path: string) => posix.basename(path) === 'public.ts';

function forbidden({ from, to, typeOnly }: Import): string | undefined {
  const room = roomOf(from);
  const inside = /^(?:apdu|drivers|src|bin|test|fixtures)\//.test(to);
  if (room === 'apdu' && roomOf(to) !== 'apdu') return 'apdu imports nothing outside itself';
  if (!inside) return undefined;
  if (isSurface(to)) return 'a public.ts is for users of the package';
  if (/^(?:test|fixtures)\//.test(to)) return 'tests and fixtures are no part of the program';
  const target = roomOf(to);
  if (room === undefined || target === undefined || room === target) return otherFamily(from, to);
  if (room === 'src/simulator') return forbiddenToSimulator(to, typeOnly);
  if (target === 'src/simulator') return room === 'src/cli' ? undefined : 'only the command imports the simulator';
  if (room === 'src/i18n') return 'texts import nothing';
  if (target === 'src/i18n') return USES_TEXTS.has(room) ? undefined : 'this room has keys, not texts';
  if (APPLICATIONS.has(room) && APPLICATIONS.has(target)) return 'the two applications are apart';
  return level(room) < level(target) ? undefined : `${room} is not above ${target}`;
}

const level = (room: string) => LEVELS.findIndex((rooms) => rooms.includes(room));

/** A family of readers knows no other family. */
function otherFamily(from: string, to: string): string | undefined {
  const family = /^drivers\/([^/]+)\//.exec(to)?.[1];
  if (family === undefined || roomOf(from) !== 'drivers' || from.startsWith(`drivers/${family}/`)) return undefined;
  if (family === 'units' && CARRIERS.some((carrier) => from.startsWith(`drivers/${carrier}/`))) return undefined;
  return `${family} is another family of readers, or above this file`;
}

/** It is there to test the terminal's side: it shares bytes and ciphers with it, and the data of the profile. */
function forbiddenToSimulator(to: string, typeOnly: boolean): string | undefined {
  const room = roomOf(to);
  if (room === 'apdu' || room === 'src/crypto' || /^src\/social\/profile\/[^/]+\.json$/.test(to)) return undefined;
  if (TYPES_OF_DRIVERS.has(to)) return typeOnly ? undefined : 'the simulator takes its types only (import type)';
  return 'the simulator shares no code with the terminal';
}

/** What one source file loads or names. @param text of the file */
export function importsOf(path: string, text: string): readonly Import[] {
  return readImports(path, text).imports;
}

function readImports(path: string, text: string): { imports: Import[]; bypasses: string[] } {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const bypasses: string[] = [];
  const visit = (node: ts.Node): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const found = importOf(node);
    if (found) {
      const { specifier, typeOnly, dynamic } = found;
      imports.push({ from: path, to: resolve(path, specifier), typeOnly, dynamic, line });
    }
    const bypass = bypassOf(node, path);
    if (bypass) bypasses.push(`${path}:${line}: ${bypass}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { imports, bypasses };
}

function importOf(node: ts.Node): Found | undefined {
  if (ts.isImportDeclaration(node))
    return literal(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
  if (ts.isExportDeclaration(node)) return literal(node.moduleSpecifier, node.isTypeOnly);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return literal(node.argument.literal, true);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return literal(node.arguments[0], false, true);
  if (ts.isCallExpression(node) && isRequireMaker(node.expression)) return literal(node.arguments[0], false);
  if (
    ts.isNewExpression(node) &&
    node.expression.getText() === 'URL' &&
    node.arguments?.[1]?.getText() === 'import.meta.url'
  ) {
    return literal(node.arguments[0], false);
  }
  return undefined;
}

/** `createRequire(import.meta.url)`; called with a name at once, it is an import like any other. */
function isRequireMaker(node: ts.Node): boolean {
  return ts.isCallExpression(node) && node.getText() === 'createRequire(import.meta.url)';
}

/** `….resolve`: finds a file, loads nothing. */
function isResolve(node: ts.Node): boolean {
  return ts.isPropertyAccessExpression(node) && node.name.text === 'resolve';
}

function literal(node: ts.Node | undefined, typeOnly: boolean, dynamic = false): Found | undefined {
  return node && ts.isStringLiteralLike(node) ? { specifier: node.text, typeOnly, dynamic } : undefined;
}

/** Ways to load code that this check cannot follow. */
function bypassOf(node: ts.Node, path: string): string | undefined {
  if (ts.isImportEqualsDeclaration(node)) return 'import = is not for modules';
  if (ts.isNewExpression(node)) {
    const name = node.expression.getText();
    const [address, base] = node.arguments ?? [];
    if (name === 'Function') return 'new Function hides what is loaded';
    const computed = name === 'URL' && base?.getText() === 'import.meta.url' && literal(address, false) === undefined;
    return computed ? 'the address of a file of ours is computed' : undefined;
  }
  if (!ts.isCallExpression(node)) return undefined;
  const name = node.expression.getText();
  if (isRequireMaker(node) && (importOf(node.parent) || isResolve(node.parent))) return undefined;
  if (node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return literal(node.arguments[0], false) ? undefined : 'import of a computed name';
  }
  if (name === 'eval' || name === 'process.dlopen' || name === 'import.meta.resolve')
    return `${name} hides what is loaded`;
  return (name === 'require' || name === 'createRequire') && path !== MAY_REQUIRE
    ? `${name} hides what is loaded`
    : undefined;
}

function resolve(from: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : specifier;
}

/** Type-only imports are gone when the program runs, so they make no cycle. */
function cycles(imports: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to, typeOnly, dynamic } of imports) {
    const counts = !typeOnly && !(dynamic && from === LOADS_LATER);
    if (counts) next.set(from, [...(next.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push(`cycle: ${[...trail.slice(at), path].join(' → ')}`);
    if (at >= 0 || done.has(path)) return;
    for (const to of next.get(path) ?? []) walk(to, [...trail, path]);
    done.add(path);
  };
  for (const path of next.keys()) walk(path, []);
  return found;
}
