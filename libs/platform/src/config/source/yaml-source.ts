import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type ErrorCode,
} from 'yaml';
import { type Problem } from '../../errors.ts';
import { interpolate, type Variables } from './interpolate.ts';
import { pathText, type Path } from './path-text.ts';

/** What a YAML text says, and where it says it. */
export interface Source {
  /** Undefined when the text could not be understood. */
  readonly value: unknown;
  /** Why it could not. */
  readonly unreadable: readonly Problem[];
  /** Variables that could not be put in; an empty text stands in their place. */
  readonly variables: readonly Problem[];
  /** Where a key, or what is nearest to it, stands. */
  positionOf(path: Path): { readonly line: number; readonly column: number } | undefined;
}

/** Parses YAML 1.2 with merge keys (`<<`), and puts variables of the environment into its texts. */
export function yamlSource(text: string, variables: Variables): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const unreadable: Problem[] = [
    ...document.errors.map((error) => ({
      path: '',
      ...at(error.pos[0]),
      message: syntaxMessage(error.code),
    })),
    ...document.warnings.map(({ pos }) => ({
      path: '',
      ...at(pos[0]),
      message: 'A tag (!…) is not understood here: write the value by itself.',
    })),
  ];
  const missing: Problem[] = [];
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === 'key') {
        // JavaScript would take it for something else.
        if (node.value === '__proto__')
          unreadable.push({ path: '', ...at(startOf(node)), message: 'This is no name for a key.' });
        return;
      }
      if (typeof node.value !== 'string' || !node.value.includes('${')) return;
      const { text: replaced, mistakes } = interpolate(node.value, variables);
      node.value = replaced;
      const path = pathOf([...ancestors, node]);
      const place = at(offsetOf(document, path) ?? startOf(node));
      missing.push(...mistakes.map((message) => ({ path: pathText(path), ...place, message })));
    },
    Alias(_key, node) {
      if (resolve(node, document) === undefined) {
        unreadable.push({
          path: '',
          ...at(startOf(node)),
          message: 'An alias (*name) has no anchor (&name) before it.',
        });
      }
    },
  });
  return {
    value: unreadable.length === 0 ? document.toJS() : undefined,
    unreadable,
    variables: missing,
    positionOf: (path) => {
      const offset = offsetOf(document, path);
      return offset === undefined ? undefined : at(offset);
    },
  };
}

function resolve(node: Alias, document: Document): Node | undefined {
  return node.resolve(document);
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** The keys and indexes that lead to the last of these nodes. */
function pathOf(nodes: readonly unknown[]): Path {
  return nodes.flatMap((node, index): Path => {
    const parent = nodes[index - 1];
    if (isPair(node)) return [isScalar(node.key) ? String(node.key.value) : '?'];
    if (isSeq(parent)) return [parent.items.indexOf(node)];
    return [];
  });
}

/** The beginning of a key, or of an entry of a list; of the last one on the way that is there. */
function offsetOf(document: Document, path: Path): number | undefined {
  let node: unknown = document.contents;
  let found: number | undefined;
  for (const segment of path) {
    if (isAlias(node)) node = resolve(node, document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
      if (pair === undefined) break;
      found = startOf(pair.key as Node);
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(segment)];
      if (node === undefined) break;
      found = startOf(node as Node);
    } else break;
  }
  return found;
}

/** The parser's own messages may repeat what stands there, which may be a secret. */
function syntaxMessage(code: ErrorCode): string {
  const known: Partial<Record<ErrorCode, string>> = {
    DUPLICATE_KEY: 'This key stands here twice.',
    TAB_AS_INDENT: 'A tab indents this line: use spaces.',
    BAD_INDENT: 'This line is not indented as those before it demand.',
    MULTIPLE_DOCS: 'A second document begins here (---): give one.',
    MISSING_CHAR: 'A quote, a bracket or a colon is missing.',
    BLOCK_AS_IMPLICIT_KEY: 'A text with ": " in it needs quotes.',
    BAD_ALIAS: 'An alias (*name) is not valid here. A text that begins with * needs quotes.',
  };
  return known[code] ?? 'This is not YAML: check quotes, colons and indentation.';
}
