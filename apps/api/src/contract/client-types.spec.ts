import { readFileSync } from 'node:fs';
import { CLIENT_TYPES, clientTypes } from '../../client-types.ts';

describe('the types of the client', () => {
  it('are those of the route table (else: node apps/api/client-types.ts)', async () => {
    expect(readFileSync(CLIENT_TYPES, 'utf8')).toBe(await clientTypes());
  });
});
