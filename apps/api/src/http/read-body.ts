import { type Request } from 'express';
import { ApiError } from '../api-error.ts';
import { jsonDepth } from './json-depth.ts';
import { repeatedKey } from './repeated-key.ts';

export interface BodyLimits {
  readonly bytes: number;
  /** From the end of the headers to the end of the body. */
  readonly ms: number;
}

const MOST_DEPTH = 16;

/**
 * The JSON body, read only once the caller is known and may do what it asks for.
 *
 * @returns undefined when there is none
 * @throws ApiError `http.wrong-type`, `http.too-large`, `http.too-slow`, `http.malformed`
 */
export async function readBody(
  request: Request,
  limits: BodyLimits,
): Promise<{ readonly value: unknown } | undefined> {
  const announced = request.headers['content-length'];
  if (request.headers['transfer-encoding'] === undefined && (announced ?? '0') === '0') return undefined;
  requireJson(request);
  if (Number(announced ?? 0) > limits.bytes) throw tooLarge(limits.bytes);
  return { value: parse(await collect(request, limits)) };
}

function requireJson({ headers }: Request): void {
  const type = headers['content-type']?.split(';');
  const charset = type?.slice(1).find((part) => /^\s*charset=/i.test(part));
  if (type?.[0]?.trim().toLowerCase() !== 'application/json') {
    throw wrongType(`The body must be application/json${type === undefined ? ', and says nothing' : ''}.`);
  }
  if (charset !== undefined && !/^\s*charset="?utf-?8"?\s*$/i.test(charset)) {
    throw wrongType('The body must be UTF-8.');
  }
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
    throw wrongType('Compressed bodies are not read.');
  }
}

async function collect(request: Request, { bytes, ms }: BodyLimits): Promise<Buffer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new ApiError('http.too-slow', `The body did not come within ${ms / 1000} s.`));
    }, ms);
  });
  const whole = readAll(request, bytes);
  // Once it is too late nobody waits for it, and the connection is closed under it.
  whole.catch(() => undefined);
  try {
    return await Promise.race([whole, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function readAll(request: Request, most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  // The socket stays usable for the answer when this is left early.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > most) throw tooLarge(most);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function parse(bytes: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed('The body is not UTF-8.');
  }
  if (jsonDepth(text) > MOST_DEPTH) throw malformed(`The body is nested deeper than ${MOST_DEPTH} levels.`);
  const value = parseJson(text);
  if (repeatedKey(text) !== undefined) throw malformed('The body has an object with one key twice.');
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words repeat what was sent.
    throw malformed('The body is not JSON.');
  }
}

function malformed(message: string): ApiError {
  return new ApiError('http.malformed', message, { advice: 'Send JSON as /docs has it.' });
}

function wrongType(message: string): ApiError {
  return new ApiError('http.wrong-type', message, { advice: 'Send Content-Type: application/json.' });
}

function tooLarge(most: number): ApiError {
  return new ApiError('http.too-large', `The body is larger than ${most} bytes.`, {
    advice: 'Send less; api.bodyLimit in the configuration says how much may come.',
  });
}
