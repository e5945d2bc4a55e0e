import { isSent } from './otlp-switch.ts';

describe('whether traces and metrics are sent', () => {
  it('is for the environment to say', () => {
    expect(isSent('traces', {})).toBe(false);
    expect(isSent('traces', { OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toBe(false);
    expect(isSent('traces', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318' })).toBe(true);
    expect(isSent('metrics', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318' })).toBe(true);
    expect(isSent('metrics', { OTEL_TRACES_EXPORTER: 'console' })).toBe(false);
    expect(isSent('traces', { OTEL_TRACES_EXPORTER: 'console' })).toBe(true);
    expect(isSent('metrics', { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://otel:4318/v1/metrics' })).toBe(
      true,
    );
  });

  it('can be switched off, both or one', () => {
    const on = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318' };
    expect(isSent('traces', { ...on, OTEL_SDK_DISABLED: 'true' })).toBe(false);
    expect(isSent('traces', { ...on, OTEL_TRACES_EXPORTER: 'none' })).toBe(false);
    expect(isSent('metrics', { ...on, OTEL_TRACES_EXPORTER: 'none' })).toBe(true);
  });
});
