import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Metrics } from './metrics.ts';

const RESOLUTION_MS = 10;

/** Watches the process itself. @returns what ends it. */
export function observeProcess(metrics: Metrics): () => void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const alone = (value: number) => [{ value, labels: {} }];
  const started = Date.now() / 1000 - process.uptime();
  const ends = [
    metrics.processCpu.observe(() => {
      const { user, system } = process.cpuUsage();
      return alone((user + system) / 1e6);
    }),
    metrics.processMemory.observe(() => alone(process.memoryUsage.rss())),
    metrics.processStart.observe(() => alone(started)),
    metrics.heapUsed.observe(() => alone(process.memoryUsage().heapUsed)),
    metrics.externalMemory.observe(() => alone(process.memoryUsage().external)),
    metrics.eventLoopDelay.observe(() => {
      const worst = delay.max / 1e9;
      delay.reset();
      return alone(Math.max(0, worst - RESOLUTION_MS / 1000));
    }),
  ];
  return () => {
    for (const end of ends) end();
    delay.disable();
  };
}
