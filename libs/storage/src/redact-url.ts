/** The address without a password and without anything after `?` or `#`, where tokens travel; for messages. */
export function redactUrl(url: string): string {
  const withoutQuery = url.replace(/[?#].*$/s, '');
  return withoutQuery.replace(/^([a-z][a-z0-9+.-]*:\/*)(.*)@/is, (_all, scheme: string, user: string) => {
    const name = user.split(':', 1)[0] ?? '';
    return user.includes(':') ? `${scheme}${name}:***@` : `${scheme}${name}@`;
  });
}
