import { inRepository } from './repository.ts';
import { type KubeObject, nameOf } from './kube-object.ts';
import ts from 'typescript';

interface Validated {
  validate(): void;
}
type ModelModule = Readonly<Record<string, new (object: unknown) => Validated>>;

/** The package that knows objects of an API group; Kubernetes' own otherwise. */
const PACKAGES: Readonly<Record<string, string>> = {
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'keda.sh': '@kubernetes-models/keda',
};

function moduleOf({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): string {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0]! : '';
  return `${PACKAGES[group] ?? 'kubernetes-models'}/${apiVersion}/${kind}`;
}

/** What is wrong with an object by the schema that the API publishes for its kind: types, enums, what is missing. */
export async function schemaProblem(object: KubeObject): Promise<string | undefined> {
  const models = (await import(moduleOf(object))) as ModelModule;
  const Model = models[object.kind];
  if (Model === undefined) return `${nameOf(object)}: no such kind`;
  try {
    new Model(object).validate();
    return undefined;
  } catch (error) {
    return `${nameOf(object)}: ${String(error)}`;
  }
}

/**
 * Fields that the API does not know, such as `readinesProbe`. The schemas let them pass, as the API server does unless it
 * is asked to be strict; TypeScript's types of the same objects do not.
 */
export function unknownFields(objects: readonly KubeObject[]): string[] {
  // One line for each: the line of an error tells the object.
  const lines = objects.map(({ apiVersion, kind, ...rest }) => {
    const model = `import('${moduleOf({ apiVersion, kind })}').${kind}`;
    return `new (null as unknown as typeof ${model})(${JSON.stringify(rest)});`;
  });
  const file = inRepository('test/shipping/objects-to-check.ts');
  return typeErrors(file, `${lines.join('\n')}\nexport {};\n`).map(
    ({ line, message }) => `${objects[line] === undefined ? '?' : nameOf(objects[line])}: ${message}`,
  );
}

/** Errors of a file that is only in memory; `line` counts from 0. */
function typeErrors(file: string, source: string): { line: number; message: string }[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: [],
  };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (name) => name === file || disk.fileExists(name),
    readFile: (name) => (name === file ? source : disk.readFile(name)),
    getSourceFile: (name, ...rest) =>
      name === file ? ts.createSourceFile(name, source, rest[0]) : disk.getSourceFile(name, ...rest),
  };
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file: at, start = 0, messageText }) => ({
    line: at?.fileName === file ? at.getLineAndCharacterOfPosition(start).line : -1,
    message: ts.flattenDiagnosticMessageText(messageText, ' '),
  }));
}
