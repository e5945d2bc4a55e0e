/** What is told of keys that Kubernetes keeps in etcd. */
export interface EncryptedValues {
  /** `aescbc`, `aesgcm`, `secretbox`, `kms` …; `unknown` when the prefix is not as Kubernetes writes it. */
  readonly provider: string;
  readonly key: string;
  /** The first part of the keys' path below `/registry/`. */
  readonly resource: string;
}

const REGISTRY = Buffer.from('/registry/');
const ENCRYPTED = Buffer.from('k8s:enc:');
/** A provider's and a key's name are short; what is not within these bytes is not looked for. */
const MOST_PREFIX = 300;
const WHOLE_PREFIX = /^k8s:enc:([\w.-]{1,64}):v\d{1,3}:([\w./-]{1,128}):/;
const UNKNOWN = 'unknown';

export function isRegistryKey(bytes: Uint8Array, start: number, end: number): boolean {
  return startsWith(bytes, start, end, REGISTRY);
}

/**
 * Reads the prefix that Kubernetes puts before values it encrypted itself: `k8s:enc:PROVIDER:vN:KEY:`
 * (kubernetes apiserver/pkg/storage/value/encrypt). The identity provider writes none.
 */
export function encryptedValue(
  bytes: Uint8Array,
  key: { start: number; end: number },
  value: { start: number; end: number },
): EncryptedValues | undefined {
  if (!startsWith(bytes, value.start, value.end, ENCRYPTED)) return undefined;
  const prefix = latin1(bytes, value.start, Math.min(value.end, value.start + MOST_PREFIX));
  // A value that only begins like one is no name: none of it may get into a record that more people can read.
  const [, provider = UNKNOWN, name = UNKNOWN] = WHOLE_PREFIX.exec(prefix) ?? [];
  const path = latin1(bytes, key.start, key.end);
  const resource = path.slice(REGISTRY.length).split('/', 1)[0] ?? '';
  return { provider, key: name, resource };
}

function startsWith(bytes: Uint8Array, start: number, end: number, wanted: Uint8Array): boolean {
  if (end - start < wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (bytes[start + i] !== wanted[i]) return false;
  return true;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', start, end);
}
