/**
 * A key that stands twice in one object of a JSON text; undefined when there is none. Parsers disagree about which of the
 * two counts, so that whoever looks at a request on its way may see another one than we do (RFC 8259, 4; RFC 7493, 2.3).
 *
 * @param text that JSON.parse takes
 */
export function repeatedKey(text: string): string | undefined {
  /** Of each object that is open, the keys so far; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let isKeyNext = false;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],]/g)) {
    const keys = open.at(-1);
    switch (token) {
      case '{':
      case '[':
        open.push(token === '{' ? new Set() : undefined);
        isKeyNext = token === '{';
        break;
      case '}':
      case ']':
        open.pop();
        isKeyNext = false;
        break;
      case ',':
        isKeyNext = keys !== undefined;
        break;
      default: {
        if (!isKeyNext || keys === undefined) break;
        const key = JSON.parse(token) as string;
        if (keys.has(key)) return key;
        keys.add(key);
        isKeyNext = false;
      }
    }
  }
  return undefined;
}
