import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface MeasuredRun {
  /** Wall time, milliseconds. */
  readonly ms: number;
  /** Highest resident set of the process, bytes; sampled, so a lower bound of the kernel's own figure. */
  readonly peakRss: number;
  readonly stdout: string;
}

const SAMPLE_MS = 10;

/** Runs a program to its end and measures it from outside. Fails when it fails. */
export function measure(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<MeasuredRun> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let peakRss = 0;
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    const sampler = setInterval(() => {
      peakRss = Math.max(peakRss, peakOf(child.pid));
    }, SAMPLE_MS);
    child.once('error', reject);
    child.once('close', (code) => {
      clearInterval(sampler);
      const ms = performance.now() - start;
      if (code === 0) resolve({ ms, peakRss, stdout });
      else reject(new Error(`${program} ${args.join(' ')} ended with ${code ?? 'a signal'}:\n${stderr}`));
    });
  });
}

/** The kernel keeps the peak itself; only the moments after the last sample are missed. */
function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
