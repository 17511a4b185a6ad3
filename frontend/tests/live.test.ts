import { beforeEach, describe, expect, it, vi } from 'vitest';
import { socketAddress } from '../src/live/config';
import { BEGIN, readBeginning, readFrame } from '../src/live/frames';
import { Pacer } from '../src/live/pace';
import { qualityFor, refusalKey } from '../src/studio/capture';
import { cut, recordedType } from '../src/studio/recorder';
import { Stream, Upload, type Said } from '../src/studio/upload';

describe('frames', () => {
  it('are read as the server writes them', () => {
    const data = new ArrayBuffer(24 + 5);
    const view = new DataView(data);
    view.setUint8(0, BEGIN);
    view.setUint8(1, 1);
    view.setUint16(2, 3);
    view.setUint32(4, 4_000_000_000);
    view.setFloat64(8, 1234.5);
    view.setFloat64(16, 6.25);
    new Uint8Array(data, 24).set([0, 2, 97, 98, 9]);
    const frame = readFrame(data);
    expect(frame).toMatchObject({ kind: BEGIN, key: true, take: 3, number: 4_000_000_000, atMs: 1234.5, start: 6.25 });
    expect(readBeginning(frame!.content)).toEqual({ codecs: 'ab', init: new Uint8Array([9]) });
    expect(readFrame(new ArrayBuffer(10))).toBeNull();
  });
});

describe('the pace', () => {
  it('hurries after what is ahead, and leaves out what is too much', () => {
    const pacer = new Pacer();
    expect(pacer.next(0.3, 0)).toEqual({ rate: 1, jumpTo: null });
    expect(pacer.next(0.7, 0).rate).toBe(1.08);
    expect(pacer.next(1.5, 0).rate).toBe(1.25);
    expect(pacer.next(30, 0)).toEqual({ rate: 1, jumpTo: pacer.target });
  });

  it('keeps more after standing still, up to a bound, and comes nearer again in calm', () => {
    const pacer = new Pacer();
    const near = pacer.target;
    for (let at = 1; at < 30; at += 1) pacer.stalled(at * 2000);
    expect(pacer.target).toBe(1.6);
    for (let at = 1; at < 30; at += 1) pacer.next(0.5, 60_000 + at * 21_000);
    expect(pacer.target).toBe(near);
  });
});

describe('the studio', () => {
  it('chooses by the uplink and says what helps', () => {
    expect([qualityFor(0.5), qualityFor(2), qualityFor(9)].map(({ height }) => height)).toEqual([360, 540, 720]);
    const denied = new DOMException('', 'NotAllowedError');
    expect([refusalKey(denied, 'camera'), refusalKey(denied, 'screen')]).toEqual(['denied', 'denied_screen']);
    expect(refusalKey(new DOMException('', 'NotFoundError'), 'camera')).toBe('not_found');
    expect(refusalKey(new DOMException('', 'NotReadableError'), 'both')).toBe('busy');
    expect(refusalKey('?', 'camera')).toBe('refused');
  });

  it('records H.264 where it can', () => {
    expect(recordedType(true, () => true)).toBe('video/x-matroska;codecs=avc1,opus');
    expect(recordedType(true, (type) => type.includes('vp8'))).toBe('video/webm;codecs=vp8,opus');
    expect(recordedType(false, () => true)).toBe('audio/webm;codecs=opus');
  });

  it('cuts to what a message holds', () => {
    expect(cut(new ArrayBuffer(10), 4).map((piece) => piece.byteLength)).toEqual([4, 4, 2]);
    expect(cut(new ArrayBuffer(0), 4)).toEqual([]);
  });
});

class Wire extends EventTarget {
  static all: Wire[] = [];
  readyState = 0;
  bufferedAmount = 0;
  sent: (string | Uint8Array)[] = [];

  constructor() {
    super();
    Wire.all.push(this);
  }

  send(data: string | Uint8Array): void {
    this.sent.push(data);
  }

  close(): void {
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }

  say(said: Said): void {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(said) }));
  }

  cut(): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code: 1006 }));
  }

  /** The numbers of the slices that were sent. */
  get numbers(): number[] {
    return this.sent.flatMap((each) => (typeof each === 'string' ? [] : [new DataView(each.buffer).getUint32(0)]));
  }

  /** The recorders that were asked to begin. */
  get begun(): string[] {
    return this.sent.flatMap((each) => (typeof each === 'string' ? [(JSON.parse(each) as { key: string }).key] : []));
  }
}

describe('the upload', () => {
  const gone = vi.fn();
  let upload: Upload;

  beforeEach(() => {
    vi.useFakeTimers();
    Wire.all = [];
    gone.mockClear();
    const nothing = (): void => undefined;
    upload = new Upload(
      'ws://x/',
      { state: nothing, began: nothing, gone, refused: nothing, over: nothing, status: nothing },
      () => new Wire() as unknown as WebSocket,
      () => 0,
    );
  });

  const filled = (count: number): Stream => {
    const stream = new Stream('video/webm');
    for (let each = 0; each < count; each += 1) stream.add(new ArrayBuffer(3), 0);
    return stream;
  };

  it('sends again after a cut what was not acknowledged, and nothing else', () => {
    const stream = filled(3);
    upload.add(stream);
    upload.open();
    Wire.all[0]!.open();
    expect(Wire.all[0]!.begun).toEqual([stream.key]);
    expect(Wire.all[0]!.numbers).toEqual([]);
    Wire.all[0]!.say({ take: 1, key: stream.key, ack: 0 });
    expect(Wire.all[0]!.numbers).toEqual([0, 1, 2]);
    Wire.all[0]!.say({ ack: 2 });
    Wire.all[0]!.cut();
    stream.add(new ArrayBuffer(3), 0);
    vi.advanceTimersByTime(1000);
    Wire.all[1]!.open();
    Wire.all[1]!.say({ take: 1, key: stream.key, ack: 2 });
    expect(Wire.all[1]!.numbers).toEqual([2, 3]);
    Wire.all[1]!.say({ ack: 4 });
    expect(upload.isEmpty).toBe(true);
  });

  it('sends what is left of a lost stream before the next one begins', () => {
    const [old, next] = [filled(3), filled(1)];
    upload.add(old);
    upload.open();
    const wire = Wire.all[0]!;
    wire.open();
    wire.say({ take: 1, key: old.key, ack: 0 });
    wire.say({ gone: old.key, ack: 1 });
    expect(gone).toHaveBeenCalledWith(old.key);
    upload.completed(old);
    upload.add(next);
    expect(wire.begun).toEqual([old.key, old.key]);
    wire.say({ gone: old.key, ack: 1 });
    wire.say({ ack: 3 });
    expect(wire.begun).toEqual([old.key, old.key, next.key]);
    wire.say({ take: 2, key: next.key, ack: 0 });
    expect(wire.numbers).toEqual([0, 1, 2, 1, 2, 0]);
  });

  it('is heard by nobody while another teacher has the class, until it insists', () => {
    const stream = filled(1);
    upload.add(stream);
    upload.open();
    const wire = Wire.all[0]!;
    wire.open();
    wire.say({ no: 'held', by: '李教授' });
    expect(wire.numbers).toEqual([]);
    upload.insist();
    expect(wire.sent.map((each) => (JSON.parse(each as string) as { takeOver: boolean }).takeOver)).toEqual([false, true]);
  });
});

it('addresses sockets of our own server', () => {
  expect(socketAddress('/live/1/socket', 'https://school.example/live/1/')).toBe('wss://school.example/live/1/socket');
});
