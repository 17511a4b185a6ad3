import { describe, expect, test } from 'vitest';
import { Recorder, type Played, type Sample } from '../src/player/recorder';

function at(position: number, time: number, rate = 1, visible = true): Sample {
  return { position, at: time, rate, visible };
}

function run(samples: Sample[], beatMs = 15_000): Played[] {
  const recorder = new Recorder(beatMs);
  return [...samples.flatMap((sample) => recorder.sample(sample)), ...recorder.finish()];
}

function steady(fromMs: number, lengthMs: number, rate = 1, startAt = 0): Sample[] {
  const samples: Sample[] = [];
  for (let time = 0; time <= lengthMs / rate; time += 250) samples.push(at(fromMs + time * rate, startAt + time, rate));
  return samples;
}

describe('recorder', () => {
  test('steady play is cut every 15 seconds', () => {
    const spans = run(steady(0, 40_000)).map(({ from, to }) => [from, to]);
    expect(spans).toEqual([[0, 15_000], [15_000, 30_000], [30_000, 40_000]]);
  });

  test('no beat is longer than 15 seconds of content at a higher speed', () => {
    const beats = run(steady(0, 60_000, 1.5));
    expect(beats.every((beat) => beat.to - beat.from <= 15_000)).toBe(true);
    expect(beats.reduce((sum, beat) => sum + beat.to - beat.from, 0)).toBe(60_000);
    expect(new Set(beats.map((beat) => beat.rate))).toEqual(new Set([1.5]));
  });

  test('slow play still gives a beat every 15 seconds of time', () => {
    const beats = run(steady(0, 22_500, 0.75));
    expect(beats.map(({ from, to }) => [from, to])).toEqual([[0, 11_250], [11_250, 22_500]]);
  });

  test('what was jumped over is not claimed', () => {
    const samples = [...steady(0, 4000), ...steady(60_000, 4000, 1, 4250)];
    expect(run(samples).map(({ from, to }) => [from, to])).toEqual([[0, 4000], [60_000, 64_000]]);
  });

  test('a jump back begins a new beat', () => {
    const samples = [...steady(20_000, 4000), ...steady(5000, 2000, 1, 4250)];
    expect(run(samples).map(({ from, to }) => [from, to])).toEqual([[20_000, 24_000], [5000, 7000]]);
  });

  test('a change of visibility is told apart', () => {
    const samples = [at(0, 0), at(1000, 1000), at(2000, 2000, 1, false), at(3000, 3000, 1, false)];
    expect(run(samples)).toEqual([
      { from: 0, to: 2000, rate: 1, visible: true },
      { from: 2000, to: 3000, rate: 1, visible: false },
    ]);
  });

  test('standing still gives nothing, and finishing twice neither', () => {
    const recorder = new Recorder(15_000);
    expect(recorder.finish()).toEqual([]);
    recorder.sample(at(5000, 0));
    recorder.sample(at(5000, 60_000));
    expect(recorder.finish()).toEqual([]);
    expect(recorder.finish()).toEqual([]);
  });

  test('sleep: a clock that ran on without play claims only what was shown', () => {
    const beats = run([at(0, 0), at(1000, 1000), at(1200, 3_600_000)]);
    expect(beats.reduce((sum, beat) => sum + beat.to - beat.from, 0)).toBe(1200);
  });
});
