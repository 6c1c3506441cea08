import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** One exported name of one entry of the package, as a consumer's compiler sees it. */
export interface PublicName {
  readonly name: string;
  /** `function`, `class`, `interface`, `type` or `value`. */
  readonly kind: string;
  /** Names that have no doc comment: the symbol itself, or methods of it. */
  readonly undocumented: readonly string[];
}

/** The entries that package.json declares, with the declaration file of each: `./apdu` → `…/dist/apdu/public.d.ts`. */
export function entries(): Map<string, string> {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: Record<string, unknown> };
  const found = new Map<string, string>();
  for (const [entry, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'object' && target !== null && 'types' in target) {
      found.set(entry, join(root, String(target.types)));
    }
  }
  return found;
}

/** Reads the built declarations: what is not in `dist/` is not public. Fails clearly when nothing was built. */
export function publicNames(declarationFiles: readonly string[]): Map<string, PublicName[]> {
  for (const file of declarationFiles) {
    if (!existsSync(file)) throw new Error(`${file} is missing: run "npm run build" first`);
  }
  const program = ts.createProgram(declarationFiles, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    noEmit: true,
  });
  const checker = program.getTypeChecker();
  return new Map(declarationFiles.map((file) => [file, namesOf(program.getSourceFile(file), checker)]));
}

function namesOf(source: ts.SourceFile | undefined, checker: ts.TypeChecker): PublicName[] {
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) return [];
  const names = checker.getExportsOfModule(module).map((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const all = [symbol, ...methodsOf(symbol)];
    const undocumented = all.filter((one) => one.getDocumentationComment(checker).length === 0);
    return { name: exported.name, kind: kindOf(symbol), undocumented: undocumented.map((one) => one.name) };
  });
  return names.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function methodsOf(symbol: ts.Symbol): ts.Symbol[] {
  const holders = ts.SymbolFlags.Class | ts.SymbolFlags.Interface;
  if (!(symbol.flags & holders)) return [];
  return [...(symbol.members?.values() ?? [])].filter((member) => {
    // Symbol-keyed members ([Symbol.asyncDispose]) are documented by their protocol.
    return member.flags & ts.SymbolFlags.Method && !member.name.startsWith('__') && !isPrivate(member);
  });
}

function isPrivate(member: ts.Symbol): boolean {
  return (member.declarations ?? []).some(
    (declaration) => ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private,
  );
}

function kindOf(symbol: ts.Symbol): string {
  if (symbol.flags & ts.SymbolFlags.Class) return 'class';
  if (symbol.flags & ts.SymbolFlags.Function) return 'function';
  if (symbol.flags & ts.SymbolFlags.Variable) return 'value';
  return symbol.flags & ts.SymbolFlags.Interface ? 'interface' : 'type';
}
