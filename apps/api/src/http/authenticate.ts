import { type IncomingMessage } from 'node:http';
import { type ApiKeys, PlatformError, type Principal } from '@etcd-kloset/platform';

/** The caller by `Authorization: Bearer <key>`. @throws PlatformError `auth.unauthenticated` */
export function authenticate(keys: ApiKeys, request: IncomingMessage): Principal {
  const token = /^Bearer +([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return require(token === undefined ? undefined : keys.authenticate(token), token !== undefined);
}

/** For pages that a browser opens: the key may also be the password of HTTP basic authentication. */
export function authenticateBrowser(keys: ApiKeys, request: IncomingMessage): Principal {
  const basic = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic === undefined) return authenticate(keys, request);
  const text = Buffer.from(basic, 'base64').toString('utf8');
  const password = text.slice(text.indexOf(':') + 1);
  return require(text.includes(':') ? keys.authenticate(password) : undefined, true);
}

function require(principal: Principal | undefined, wasGiven: boolean): Principal {
  if (principal !== undefined) return principal;
  throw new PlatformError(
    'auth.unauthenticated',
    wasGiven ? 'Nobody has this API key.' : 'There is no API key.',
    { advice: 'Send the header "Authorization: Bearer <API key>".' },
  );
}
