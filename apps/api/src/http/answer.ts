/** What a handler returns. A route's table says which there may be. */
export interface Answer<Body> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

export function ok<Body>(body: Body, headers: Readonly<Record<string, string>> = {}): Answer<Body> {
  return { status: 200, headers, body };
}

export function created<Body>(body: Body, headers: Readonly<Record<string, string>>): Answer<Body> {
  return { status: 201, headers, body };
}

export function accepted<Body>(body: Body, headers: Readonly<Record<string, string>> = {}): Answer<Body> {
  return { status: 202, headers, body };
}

export function noContent(): Answer<undefined> {
  return { status: 204, headers: {}, body: undefined };
}
