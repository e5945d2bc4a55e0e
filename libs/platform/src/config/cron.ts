import { CronExpressionParser } from 'cron-parser';

/** What is wrong with a cron expression of five fields; undefined when nothing is. */
export function cronProblem(cron: string): string | undefined {
  if (cron.trim().split(/\s+/).length !== 5) {
    return 'is not a cron expression of five fields, such as "17 * * * *" (each hour, 17 minutes past)';
  }
  try {
    // Some can be parsed and never come, such as the 31st of February.
    CronExpressionParser.parse(cron, { tz: 'UTC' }).next();
    return undefined;
  } catch {
    return 'is not a cron expression that ever comes; five fields, such as "17 * * * *" (each hour, 17 minutes past)';
  }
}

/** What is wrong with the name of a time zone; undefined when nothing is. */
export function timeZoneProblem(timeZone: string): string | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return undefined;
  } catch {
    return 'is not a time zone that is known here, such as Europe/Berlin or UTC';
  }
}
