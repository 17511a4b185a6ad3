import { describe, expect, it } from 'vitest';
import type { RoomContext } from '../src/live/part';
import { Lines, MOST_LINES } from '../src/live/talk/lines';
import { Gathered, inOrder, inParts, tooMany } from '../src/live/talk/order';
import type { Question } from '../src/live/talk/shapes';
import { micRefusal, speakingObstacle } from '../src/live/talk/speaking';

function question(q: number, votes: number, state: Question['state'] = 'open'): Question {
  return { q, votes, state, text: '', note: '', asker: '', askerId: 0 };
}

describe('questions', () => {
  it('are in the order the server has', () => {
    const some = [question(1, 0), question(2, 3, 'answered'), question(3, 2), question(4, 2)];
    expect(inOrder(some).map(({ q }) => q)).toEqual([3, 4, 1, 2]);
  });
});

describe('parts of a description', () => {
  it('are put together in whatever order they come', () => {
    const text = 'v=0'.repeat(1500);
    const parts = inParts(text, 1000);
    expect(parts.length).toBe(5);
    const gathered = new Gathered();
    const found = [3, 0, 4, 2, 1].map((at) => gathered.add('a', at, parts.length, parts[at]!));
    expect(found).toEqual([null, null, null, null, text]);
  });

  it('of an older call are forgotten', () => {
    const gathered = new Gathered();
    expect(gathered.add('a', 0, 2, 'x')).toBe(null);
    expect(gathered.add('b', 0, 1, 'y')).toBe('y');
    expect(gathered.add('a', 1, 2, 'z')).toBe(null);
  });
});

describe('lines', () => {
  it('are never more than two hundred', () => {
    expect(tooMany(0, 5, 200)).toBe(0);
    expect(tooMany(199, 3, 200)).toBe(2);
    expect(tooMany(50, 500, 200)).toBe(50);
    const room = { text: (key: string) => key } as unknown as RoomContext;
    const lines = new Lines(room);
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    for (let at = 0; at < 450; at += 1) lines.add(document.createElement('p'));
    expect(lines.element.querySelectorAll('[role="log"] > p').length).toBe(MOST_LINES);
  });

  it('stand where they stand for everybody, and what is being sent at the end', () => {
    const lines = new Lines({ text: (key: string) => key } as unknown as RoomContext);
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    const line = (id: string, data: Record<string, string>): HTMLElement => {
      const made = document.createElement('p');
      made.id = id;
      Object.assign(made.dataset, data);
      lines.add(made);
      return made;
    };
    const order = (): string[] => Array.from(lines.element.querySelectorAll('[role="log"] > p'), ({ id }) => id);
    const own = line('own', { state: 'sending' });
    for (let seq = 1; seq <= 210; seq += 1) line(String(seq), { seq: String(seq) });
    // A flood does not push it out.
    expect(order().at(-1)).toBe('own');
    line('212', { seq: '212' });
    own.dataset['seq'] = '211';
    lines.place(own);
    line('note', {});
    expect(order().slice(-4)).toEqual(['210', 'own', '212', 'note']);
    expect(order().length).toBe(MOST_LINES);
  });
});

describe('a microphone', () => {
  it('that is refused is answered by what can be done', () => {
    expect(micRefusal(new DOMException('', 'NotAllowedError'))).toBe('stage_denied');
    expect(micRefusal(new DOMException('', 'NotFoundError'))).toBe('stage_not_found');
    expect(micRefusal(new DOMException('', 'NotReadableError'))).toBe('stage_busy');
  });

  it('is not asked for where the page may not', () => {
    const view = { isSecureContext: false } as unknown as Window & typeof globalThis;
    expect(speakingObstacle(view)).toBe('stage_insecure');
  });
});
