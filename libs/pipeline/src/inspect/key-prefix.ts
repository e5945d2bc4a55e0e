const SLASH = 0x2f;
const REGISTRY = Buffer.from('/registry/');

/** Where keys without a slash are counted: each would be a prefix of its own. */
export const NO_PREFIX = '(no prefix)';

/**
 * The part of a key that groups it with others of its kind: `/registry/pods` of Kubernetes' keys, else the
 * first part of the path: `/app`, `app`. Bytes that are not printable ASCII are written `\xNN`.
 */
export function topPrefix(key: Uint8Array): string {
  const isRegistry = key.length > REGISTRY.length && REGISTRY.every((byte, i) => key[i] === byte);
  const from = isRegistry ? REGISTRY.length : 1;
  const slash = key.indexOf(SLASH, from);
  if (slash >= 0) return printable(key.subarray(0, slash));
  // "/name": the name itself is the last part, as a file in a root folder.
  return isRegistry ? '/registry' : key[0] === SLASH ? '/' : NO_PREFIX;
}

function printable(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    text +=
      byte >= 0x20 && byte < 0x7f && byte !== 0x5c
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return text;
}
