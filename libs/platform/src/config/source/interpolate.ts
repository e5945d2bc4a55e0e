import { isKlosetError } from '@etcd-kloset/errors';

/** The value of a variable of the environment; undefined when it is not set. @throws PlatformError */
export type Variables = (name: string) => string | undefined;

/**
 * Puts variables into a text: `${NAME}`; `$${` stands for `${`. What a variable holds is taken as it is.
 *
 * @returns sentences for what is wrong; none of them has a value
 */
export function interpolate(text: string, variables: Variables): { text: string; mistakes: string[] } {
  const mistakes: string[] = [];
  const replaced = text.replace(/\$\$\{|\$\{([^}]*)\}|\$\{/g, (whole, name: string | undefined) => {
    if (whole === '$${') return '${';
    if (name === undefined || !/^[A-Za-z_]\w*$/.test(name)) {
      mistakes.push('has a ${ that begins no ${NAME}; $${ stands for the characters themselves.');
      return '';
    }
    try {
      const value = variables(name);
      if (value !== undefined) return value;
      mistakes.push(`needs the variable ${name} of the environment, which is not set (nor is ${name}_FILE).`);
    } catch (error) {
      if (!isKlosetError(error)) throw error;
      mistakes.push(`needs the variable ${name} of the environment. ${error.message}`);
    }
    return '';
  });
  return { text: replaced, mistakes };
}
