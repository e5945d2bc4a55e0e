import { authorize, hasLabels, hasRole, mayCluster } from './authorize.ts';
import { type Principal, ROLES } from './principal.ts';

const principal = (role: Principal['role'], clusters?: Principal['clusters']): Principal => ({
  name: 'x',
  role,
  clusters,
});

describe('roles', () => {
  it.each(ROLES.flatMap((has, a) => ROLES.map((needed, b) => [has, needed, a >= b] as const)))(
    'a %s may what a %s may: %s',
    (has, needed, may) => {
      expect(hasRole(principal(has), needed)).toBe(may);
      const call = () => authorize(principal(has), needed);
      if (may) expect(call).not.toThrow();
      else expect(call).toThrow(expect.objectContaining({ code: 'auth.role-needed' }) as Error);
    },
  );
});

describe('limits by label', () => {
  const limited = principal('admin', { team: 'a', stage: 'prod' });

  it.each([
    [{ team: 'a', stage: 'prod', more: 'x' }, true],
    [{ team: 'a' }, false],
    [{ team: 'a', stage: 'test' }, false],
    [{}, false],
  ])('all labels must be those of the cluster: %j', (labels, may) => {
    expect(mayCluster(limited, labels)).toBe(may);
    expect(mayCluster(principal('viewer'), labels)).toBe(true);
  });

  it('are not met by what every object has', () => {
    expect(hasLabels({}, { constructor: String(Object) })).toBe(false);
  });

  it('hide a cluster before its role is looked at', () => {
    const call = () => authorize(principal('viewer', { team: 'a' }), 'admin', { team: 'b' });
    expect(call).toThrow(expect.objectContaining({ code: 'auth.not-visible' }) as Error);
  });

  it('that match leave the role to decide', () => {
    const call = (role: Principal['role']) => () =>
      authorize(principal(role, { team: 'a' }), 'operator', { team: 'a' });
    expect(call('operator')).not.toThrow();
    expect(call('viewer')).toThrow(expect.objectContaining({ code: 'auth.role-needed' }) as Error);
  });
});
