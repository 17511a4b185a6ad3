import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Board } from '../src/contest/board';
import { ServerTime } from '../src/contest/clock';
import { Line } from '../src/contest/line';
import type { Frame } from '../src/contest/view';

class FakeSocket extends EventTarget {
  readyState: number = WebSocket.OPEN;
  sent: unknown[] = [];

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = WebSocket.CLOSED;
  }

  tell(frame: Frame): void {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(frame) }));
  }

  breaks(code: number): void {
    this.readyState = WebSocket.CLOSED;
    this.dispatchEvent(Object.assign(new Event('close'), { code }));
  }
}

describe('the line', () => {
  let sockets: FakeSocket[] = [];
  let states: string[] = [];
  let replies: string[] = [];
  let line: Line;

  beforeEach(() => {
    vi.useFakeTimers();
    sockets = [];
    states = [];
    replies = [];
    line = new Line(
      'ws://school/finals/1/socket',
      {
        frame: () => undefined,
        state: (state) => states.push(state),
        reply: (said, why) => replies.push(`${said.do}:${why}`),
      },
      () => {
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket as unknown as WebSocket;
      },
    );
    line.open();
    sockets[0]?.tell({ hello: true });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('answers a ping at once', () => {
    sockets[0]?.tell({ ping: 'abc', now: 1 });
    expect(sockets[0]?.sent).toEqual([{ pong: 'abc' }]);
  });

  it('says again what was not acknowledged when the line is back, and no more', () => {
    line.say({ do: 'answer', turn: 1 });
    line.say({ do: 'buzz', turn: 2 });
    sockets[0]?.tell({ ok: 'answer', id: 1 });
    sockets[0]?.breaks(1006);
    vi.advanceTimersByTime(1_000);
    sockets[1]?.tell({ hello: true });
    expect(sockets[1]?.sent).toEqual([{ do: 'buzz', turn: 2, id: 2 }]);
    expect(states).toEqual(['connecting', 'open', 'broken', 'broken', 'open']);
    expect(replies).toEqual(['answer:']);
  });

  it('tries a busy server again and tells a refusal', () => {
    line.say({ do: 'answer', turn: 1 });
    sockets[0]?.tell({ no: 'busy', id: 1 });
    vi.advanceTimersByTime(1_000);
    sockets[0]?.tell({ no: 'too_late', id: 1 });
    expect(sockets[0]?.sent).toHaveLength(2);
    expect(replies).toEqual(['answer:busy', 'answer:too_late']);
  });

  it.each([1008, 4401, 4409, 4429])('does not come again after %i', (code) => {
    sockets[0]?.breaks(code);
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
    expect(states.at(-1)).toBe('over');
  });
});

describe('the clock', () => {
  it('goes by what was least late', () => {
    let own = 1_000;
    const time = new ServerTime(() => own);
    time.said(5_000);
    own = 2_000;
    time.said(5_900); // a tenth of a second late
    expect(time.now).toBe(6_000);
  });
});

describe('the board', () => {
  const rows = [
    { place: 1, id: 7, label: '红旗队', points: '20' },
    { place: 2, id: 9, label: '先锋队', points: '10' },
  ];

  it('keeps the order it is given, and marks the own side', () => {
    const board = new Board('队伍得分', '', () => false);
    board.show(rows, 9);
    board.show([...rows].reverse(), 9);
    const shown = Array.from(board.element.querySelectorAll('.final-board__row'));
    expect(shown.map((row) => row.querySelector('.final-board__label')?.textContent)).toEqual(['先锋队', '红旗队']);
    expect(shown.map((row) => row.classList.contains('is-own'))).toEqual([true, false]);
  });

  it('moves nothing where motion is not wanted', () => {
    const board = new Board('队伍得分', '', () => false);
    board.show(rows, null);
    const animate = vi.fn();
    for (const row of Array.from(board.element.querySelectorAll('li'))) row.animate = animate;
    board.show([...rows].reverse(), null);
    expect(animate).not.toHaveBeenCalled();
  });
});
