/** The version of the program, which goes into every snapshot record. */
export const version = '0.1.0';
